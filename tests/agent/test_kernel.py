"""Rulesets in a namespace's own kernel: loaded, taken over by the next agent, and what others have changed."""

from collections.abc import Iterable, Iterator
from random import Random

import pytest

from agreement import world_from
from kernel_support import require_namespaces
from percale.agent.kernel import NetlinkKernel
from percale.dataplane.changes import Transaction
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.netlink.contents import found, wanted
from percale.dataplane.netlink.taking_over import loaded
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.ruleset import Ruleset
from percale.host.netfilter_socket import NetfilterSocket
from percale.host.netns import NetNs
from random_worlds import Generator

pytestmark = pytest.mark.kernel


@pytest.fixture
def namespace() -> Iterator[NetNs]:
    require_namespaces()
    with NetNs.create() as one:
        yield one


def kernel_on(netlink: NetfilterSocket, *, held: bool = False) -> NetlinkKernel:
    return NetlinkKernel(netlink, NetlinkWriter(netlink, holds_tables=held))


def ruleset(seed: int) -> Ruleset:
    world = world_from(Generator(Random(seed)).world())
    made, _ = compile_ruleset(world, world.workloads, NodeSettings())
    return made


def expect_there(netlink: NetfilterSocket, expected: Ruleset) -> None:
    for table in expected.tables:
        there = found(netlink, table.family)
        assert there is not None
        assert there.chains == wanted(table).chains
        assert there.counters == wanted(table).counters


@pytest.mark.parametrize("held", [False, True])
def test_what_an_earlier_agent_has_left_is_taken_over(namespace: NetNs, held: bool) -> None:  # noqa: FBT001
    for seed in range(6):
        # Each with a socket of its own, as each process has.
        with NetfilterSocket.within(namespace) as netlink:
            kernel = kernel_on(netlink, held=held)
            kernel.load(ruleset(seed))
            assert kernel.foreign_changes() == ()
            kernel.load(ruleset(seed + 100))
            assert kernel.foreign_changes() == ()
    with NetfilterSocket.within(namespace) as netlink:
        kernel_on(netlink, held=held).load(Ruleset(()))
        assert loaded(netlink).tables == {}


def test_the_first_load_is_exactly_the_ruleset(namespace: NetNs) -> None:
    with NetfilterSocket.within(namespace) as netlink:
        kernel_on(netlink).load(ruleset(3))
        expect_there(netlink, ruleset(3))


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        (("insert", "rule", "ip", "percale", "forward", "accept"), ("ip chain forward",)),
        (("add", "chain", "ip6", "percale", "theirs"), ("ip6 chain theirs",)),
        (("flush", "set", "ip", "percale", "local"), ("ip set local",)),
        (("delete", "table", "ip6", "percale"), ("ip6 table percale",)),
        (("flush", "ruleset"), ("ip table percale", "ip6 table percale")),
        (("add", "table", "bridge", "percale"), ("bridge table percale",)),
        (("add", "table", "inet", "theirs"), ()),
    ],
)
def test_what_others_change_is_named_and_put_right(
    namespace: NetNs, command: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    with NetfilterSocket.within(namespace) as netlink:
        kernel = kernel_on(netlink)
        kernel.load(ruleset(3))
        namespace.run(("nft", *command))
        assert set(kernel.foreign_changes()) == set(changed)
        kernel.reload(ruleset(3))
        assert kernel.foreign_changes() == ()


def test_after_many_updates_the_kernel_still_has_what_was_loaded(namespace: NetNs) -> None:
    """Sets and base chains may have other names by then, which is no change of others."""
    with NetfilterSocket.within(namespace) as netlink:
        kernel = kernel_on(netlink)
        for seed in range(8):
            kernel.load(ruleset(seed))
            namespace.run(("nft", "add", "table", "inet", f"theirs{seed}"))
            assert kernel.foreign_changes() == ()


def test_what_others_change_between_two_looks_is_not_hidden_by_a_load(namespace: NetNs) -> None:
    with NetfilterSocket.within(namespace) as netlink:
        kernel = kernel_on(netlink)
        kernel.load(ruleset(1))
        namespace.run(("nft", "flush", "chain", "ip", "percale", "forward"))
        # Nothing of it differs, so nothing of it is written again.
        kernel.load(ruleset(1))
        assert kernel.foreign_changes() == ("ip chain forward",)
        kernel.reload(ruleset(1))
        assert kernel.foreign_changes() == ()


class _Beaten(NetlinkWriter):
    """Somebody else is quicker, once."""

    def __init__(self, netlink: NetfilterSocket, namespace: NetNs) -> None:
        super().__init__(netlink, holds_tables=False)
        self._namespace = namespace
        self.beaten = False

    def apply(self, transactions: Iterable[Transaction]) -> None:
        if self.beaten:
            self._namespace.run(("nft", "add", "chain", "ip", "percale", "theirs"))
            self.beaten = False
        super().apply(transactions)


def test_what_others_change_while_a_load_is_under_way_is_not_hidden_by_it(namespace: NetNs) -> None:
    with NetfilterSocket.within(namespace) as netlink:
        writer = _Beaten(netlink, namespace)
        kernel = NetlinkKernel(netlink, writer)
        kernel.load(ruleset(1))
        writer.beaten = True
        kernel.load(ruleset(2))
        assert not writer.beaten
        assert kernel.foreign_changes() == ("ip chain theirs",)
