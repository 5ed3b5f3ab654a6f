"""Writing by netlink: all or nothing, and into tables that nobody else can change."""

import errno
import subprocess
import sys
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address

import pytest

from kernel_support import require_namespaces
from kernel_writing import creating
from percale.dataplane.changes import (
    AddElements,
    CreateChain,
    CreateCounter,
    CreateIntervalSet,
    CreateMap,
    CreateSet,
    CreateTable,
    DeleteChain,
    DeleteCounter,
    DeleteMap,
    DeleteSet,
    DeleteTable,
    FillChain,
    RemoveElements,
)
from percale.dataplane.netlink.attributes import number
from percale.dataplane.netlink.contents import Contents, found, wanted
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.nftables.backend import remove
from percale.dataplane.nftables.listing import our_families
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Counter,
    Family,
    Field,
    Goto,
    Hook,
    IntervalSet,
    Jump,
    Key,
    Rule,
    Ruleset,
    Set,
    Table,
    Verdict,
    VerdictMap,
)
from percale.dataplane.writer import NotWritten, Writer
from percale.host.commands import CommandFailed
from percale.host.netfilter_socket import NetfilterSocket, Refusal
from percale.host.netns import NetNs
from percale.traffic.addresses import Address, address, strict_network

pytestmark = pytest.mark.kernel

_IP = Family.IP
_ACCEPT, _DROP = Rule((), (Verdict.ACCEPT,)), Rule((), (Verdict.DROP,))
_FLUSH = ("nft", "flush", "ruleset")


@pytest.fixture
def namespace() -> Iterator[NetNs]:
    require_namespaces()
    with NetNs.create() as made:
        yield made


@pytest.fixture
def netlink(namespace: NetNs) -> Iterator[NetfilterSocket]:
    with NetfilterSocket.within(namespace) as opened:
        yield opened


def _table(*rules: Rule) -> Table:
    forward = Chain("forward", (Rule((), (Jump("a"),)),), Hook("forward", -5))
    return Table(_IP, chains={"a": Chain("a", rules), "forward": forward})


def _there(netlink: NetfilterSocket) -> Contents:
    there = found(netlink, _IP)
    assert there is not None
    return there


def _set(*addresses: Address) -> Set:
    return Set("s", (Key.IPV4,), frozenset((one,) for one in addresses))


A, B, C = map(address, ("10.0.0.1", "10.0.0.2", "10.0.0.3"))


def test_every_operation_does_what_it_says(netlink: NetfilterSocket) -> None:
    writer: Writer = NetlinkWriter(netlink)
    networks = IntervalSet("n", Key.IPV4, (strict_network("10.0.0.0/8"),))
    verdicts = VerdictMap("m", (Key.IPV4,), {(A,): Goto("a"), (B,): Jump("a")})
    writer.apply(
        [
            (CreateTable(_IP), CreateTable(_IP), CreateIntervalSet(_IP, "n", Key.IPV4), AddElements(_IP, networks)),
            (
                CreateChain(_IP, "a"),
                CreateChain(_IP, "forward", Hook("forward", -5)),
                CreateCounter(_IP, Counter("r-1", "counts")),
                CreateSet(_IP, "s", (Key.IPV4,), 256, "why"),
                AddElements(_IP, _set(A, B)),
                AddElements(_IP, _set()),
                CreateMap(_IP, "m", (Key.IPV4,), 256),
                AddElements(_IP, verdicts),
                FillChain(_IP, Chain("a", (_ACCEPT, _DROP))),
            ),
        ]
    )
    hooked = Chain("forward", (), Hook("forward", -5))
    table = Table(
        _IP,
        {"a": Chain("a", (_ACCEPT, _DROP)), "forward": hooked},
        {"s": _set(A, B)},
        {"n": networks},
        {"m": verdicts},
        {"r-1": Counter("r-1", "counts")},
    )
    assert _there(netlink) == wanted(table)
    writer.apply(
        [
            (
                RemoveElements(_IP, _set(A)),
                AddElements(_IP, _set(C)),
                RemoveElements(_IP, verdicts),
                FillChain(_IP, Chain("a", (_DROP,))),
                FillChain(_IP, Chain("forward", (Rule((), (Jump("a"),)),), hooked.hook)),
                DeleteCounter(_IP, "r-1"),
                DeleteMap(_IP, "m"),
                DeleteSet(_IP, "n"),
            )
        ]
    )
    jumping = Chain("forward", (Rule((), (Jump("a"),)),), hooked.hook)
    assert _there(netlink) == wanted(Table(_IP, {"a": Chain("a", (_DROP,)), "forward": jumping}, {"s": _set(B, C)}))
    emptied = FillChain(_IP, Chain("forward", (), hooked.hook)), FillChain(_IP, Chain("a", ()))
    writer.apply([(*emptied, DeleteChain(_IP, "a")), (DeleteTable(_IP),)])
    assert found(netlink, _IP) is None


def test_a_transaction_that_is_refused_changes_nothing_and_says_what_was_refused(netlink: NetfilterSocket) -> None:
    writer = NetlinkWriter(netlink)
    writer.apply(creating(Ruleset((_table(_DROP),))))
    before, generation = _there(netlink), writer.generation()
    wrong = FillChain(_IP, Chain("a", (_ACCEPT, Rule((), (Jump("nowhere"),)))))
    fine = CreateSet(_IP, "s", (Key.IPV4,), 256)
    with pytest.raises(NotWritten, match="No such file or directory") as failure:
        writer.apply([(fine,), (FillChain(_IP, Chain("a", (_ACCEPT,))), wrong), (DeleteTable(_IP),)])
    assert (failure.value.operation, failure.value.transaction) == (wrong, 1)
    there = _there(netlink)
    assert there.chains == before.chains
    assert there.sets == {"s": frozenset()}
    assert writer.generation() == generation + 1


def test_a_loop_of_chains_is_refused(netlink: NetfilterSocket) -> None:
    writer = NetlinkWriter(netlink)
    writer.apply(creating(Ruleset((_table(_DROP),))))
    with pytest.raises(NotWritten, match="Too many links"):
        writer.apply([(FillChain(_IP, Chain("a", (Rule((), (Jump("a"),)),))),)])


def test_what_no_packet_can_be_asked_in_the_family_is_not_sent(netlink: NetfilterSocket) -> None:
    bad = Chain("a", (Rule((Compare(Field.CT_STATE, "new"),), (Verdict.DROP,)),))
    table = Table(Family.BRIDGE, {"a": bad})
    with pytest.raises(ValueError, match="`ct state` cannot be asked of a packet in the family `bridge`"):
        NetlinkWriter(netlink).apply(creating(Ruleset((table,))))


def test_many_elements_go_in_one_transaction(netlink: NetfilterSocket) -> None:
    many = Set("s", (Key.IPV6, Key.PORT), frozenset((IPv6Address(n), n & 0xFFFF) for n in range(20_000)))
    table = Table(Family.IP6, sets={"s": many})
    writer = NetlinkWriter(netlink)
    writer.apply(creating(Ruleset((table,))))
    assert found(netlink, Family.IP6) == wanted(table)
    writer.apply([(RemoveElements(Family.IP6, many),)])
    assert found(netlink, Family.IP6) == wanted(Table(Family.IP6, sets={"s": Set("s", many.keys, frozenset())}))


# Tables that are held.


def test_a_held_table_outlives_what_others_do(namespace: NetNs, netlink: NetfilterSocket) -> None:
    table = _table(_DROP)
    writer = NetlinkWriter(netlink)
    writer.apply(creating(Ruleset((table,))))
    namespace.run(("nft", "add", "table", "ip", "theirs"))
    namespace.run(_FLUSH)
    assert namespace.run(("nft", "list", "tables")) == "table ip percale\n"
    for changed in ("delete table ip percale", "flush chain ip percale a", "add rule ip percale a accept"):
        with pytest.raises(CommandFailed, match="Operation not permitted"):
            namespace.run(("nft", *changed.split()))
    assert _there(netlink) == wanted(table)


def test_a_held_table_stays_when_its_writer_dies_and_the_next_one_takes_it_over(namespace: NetNs) -> None:
    told: list[str] = []
    with NetfilterSocket.within(namespace) as first:
        NetlinkWriter(first, tell=told.append).apply(creating(Ruleset((_table(_DROP),))))
    with NetfilterSocket.within(namespace) as second:
        assert _there(second) == wanted(_table(_DROP))
        writer = NetlinkWriter(second, tell=told.append)
        writer.apply([(FillChain(_IP, Chain("a", (_ACCEPT,))),)])
        namespace.run(_FLUSH)
        assert _there(second) == wanted(_table(_ACCEPT))
    assert told == []


_WRITES_AND_WAITS = """
import sys
from percale.dataplane.changes import CreateChain, CreateTable, FillChain
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.ruleset import Chain, Family, Rule, Verdict
from percale.host.netfilter_socket import NetfilterSocket

dropping = FillChain(Family.IP, Chain("a", (Rule((), (Verdict.DROP,)),)))
writer = NetlinkWriter(NetfilterSocket(), tell=sys.exit)
writer.apply([(CreateTable(Family.IP), CreateChain(Family.IP, "a"), dropping)])
print("written", flush=True)
sys.stdin.read()
"""


def test_a_held_table_outlives_a_writer_that_is_killed(namespace: NetNs, netlink: NetfilterSocket) -> None:
    with namespace.entered():
        program = (sys.executable, "-c", _WRITES_AND_WAITS)
        writing = subprocess.Popen(  # noqa: S603  this interpreter, on a text of our own
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    with writing:
        assert writing.stdout is not None
        assert writing.stdout.readline() == b"written\n"
        namespace.run(_FLUSH)
        assert _there(netlink) == wanted(Table(_IP, {"a": Chain("a", (_DROP,))}))
        writing.kill()
    assert _there(netlink) == wanted(Table(_IP, {"a": Chain("a", (_DROP,))}))
    NetlinkWriter(netlink).apply([(FillChain(_IP, Chain("a", (_ACCEPT,))),)])
    namespace.run(_FLUSH)
    assert _there(netlink) == wanted(Table(_IP, {"a": Chain("a", (_ACCEPT,))}))


def test_a_table_can_be_deleted_and_held_again(namespace: NetNs, netlink: NetfilterSocket) -> None:
    writer = NetlinkWriter(netlink)
    writer.apply([*creating(Ruleset((_table(_DROP),))), (DeleteTable(_IP),)])
    assert found(netlink, _IP) is None
    writer.apply([(CreateChain(_IP, "a"), FillChain(_IP, Chain("a", (_ACCEPT,))))])
    namespace.run(_FLUSH)
    assert _there(netlink) == wanted(Table(_IP, {"a": Chain("a", (_ACCEPT,))}))
    writer.apply([(FillChain(_IP, Chain("a", (_DROP,))), DeleteTable(_IP))])
    assert found(netlink, _IP) is None


class _BeforeLinux69(NetfilterSocket):
    """A kernel that does not know of tables that outlive their owner, or not of owners at all."""

    error = errno.EINVAL

    def transact(self, messages: bytes) -> list[Refusal]:
        asks = messages.find(_HELD_TABLE)
        return super().transact(messages) if asks < 0 else [Refusal(1, self.error, "")]


#: The attribute of a table's flags.
_HELD_TABLE = number(2, 6)


@pytest.mark.parametrize("error", [errno.EINVAL, errno.EOPNOTSUPP])
def test_an_older_kernel_gets_the_same_rules_in_tables_that_are_not_held(namespace: NetNs, error: int) -> None:
    told: list[str] = []
    tables = _table(_DROP), Table(Family.IP6, {"a": Chain("a", ())})
    with _BeforeLinux69.within(namespace) as netlink:
        netlink.error = error
        writer = NetlinkWriter(netlink, tell=told.append)
        writer.apply(creating(Ruleset(tables)))
        writer.apply([(FillChain(_IP, Chain("a", (_ACCEPT,))),)])
        assert _there(netlink) == wanted(_table(_ACCEPT))
    assert ["ip percale" in told[0], "ip6 percale" in told[1], len(told)] == [True, True, 2]
    namespace.run(_FLUSH)
    assert our_families(namespace.run) == frozenset()


def test_what_is_wrong_with_a_table_is_no_reason_to_let_go_of_it(namespace: NetNs) -> None:
    with _BeforeLinux69.within(namespace) as netlink:
        netlink.error = errno.ENOMEM
        with pytest.raises(NotWritten, match="Cannot allocate memory"):
            NetlinkWriter(netlink).apply(creating(Ruleset((_table(_DROP),))))
        assert found(netlink, _IP) is None


def test_a_table_that_somebody_else_holds_is_not_touched(namespace: NetNs, netlink: NetfilterSocket) -> None:
    NetlinkWriter(netlink).apply(creating(Ruleset((_table(_DROP),))))
    with NetfilterSocket.within(namespace) as other, pytest.raises(NotWritten, match="Operation not permitted"):
        NetlinkWriter(other).apply([(CreateTable(_IP), FillChain(_IP, Chain("a", (_ACCEPT,))))])
    assert _there(netlink) == wanted(_table(_DROP))


def test_a_table_that_cannot_be_held_is_written_all_the_same_and_told_of_once(
    namespace: NetNs, netlink: NetfilterSocket
) -> None:
    """As a table that nft has made, and as any in a kernel before 6.9."""
    namespace.run(("nft", "add", "table", "ip", "percale"))
    told: list[str] = []
    writer = NetlinkWriter(netlink, tell=told.append)
    tables = Ruleset((_table(_DROP), Table(Family.IP6, {"a": Chain("a", ())})))
    writer.apply(creating(tables))
    writer.apply([(CreateTable(_IP), CreateTable(Family.IP6), FillChain(_IP, Chain("a", (_ACCEPT,))))])
    assert _there(netlink) == wanted(_table(_ACCEPT))
    assert len(told) == 1
    assert "`ip percale`" in told[0]
    namespace.run(_FLUSH)
    assert our_families(namespace.run) == {Family.IP6}


def test_after_its_writer_nft_can_remove_a_held_table(namespace: NetNs) -> None:
    with NetfilterSocket.within(namespace) as netlink:
        NetlinkWriter(netlink).apply(creating(Ruleset((_table(_DROP),))))
    remove(namespace.run)
    assert our_families(namespace.run) == frozenset()


def test_a_table_that_need_not_be_held_is_anybodys(namespace: NetNs, netlink: NetfilterSocket) -> None:
    NetlinkWriter(netlink, holds_tables=False).apply(creating(Ruleset((_table(_DROP),))))
    namespace.run(_FLUSH)
    assert found(netlink, _IP) is None


# What is there, held against what should be.


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ("add rule ip percale a accept", ["chain a"]),
        ("flush chain ip percale a", ["chain a"]),
        ("add chain ip percale b", ["chain b"]),
        ("flush set ip percale s", ["set s"]),
        ("add element ip percale s { 10.0.0.9 }", ["set s"]),
        ("add set ip percale t { type ipv4_addr; }", ["set t"]),
        ("add counter ip percale x", ["counter x"]),
        ("flush table ip percale", ["chain a", "chain forward"]),
        ("add table ip theirs", []),
        ("add table ip theirs; add chain ip theirs forward { type filter hook forward priority 1; }", []),
    ],
    ids=str,
)
def test_what_others_have_changed_is_found(
    namespace: NetNs, netlink: NetfilterSocket, changed: str, differs: list[str]
) -> None:
    several = Rule((Compare(Field.L4PROTO, 6), Compare(Field.DPORT, (80, 443))), (Verdict.DROP,), "two ports")
    table = Table(_IP, _table(several).chains, {"s": _set(A)})
    NetlinkWriter(netlink, holds_tables=False).apply(creating(Ruleset((table,))))
    namespace.run(("nft", changed))
    assert _there(netlink).differences(wanted(table)) == differs


class _ChangedMeanwhile(NetfilterSocket):
    """Between the first dumps, something happens."""

    def __init__(self) -> None:
        super().__init__()
        self.happenings: list[Callable[[], object]] = []

    def dump(self, request: bytes) -> list[bytes]:
        found = super().dump(request)
        if self.happenings:
            self.happenings.pop()()
        return found


def test_what_is_read_is_of_one_moment(namespace: NetNs, netlink: NetfilterSocket) -> None:
    writer = NetlinkWriter(netlink)
    several = Rule((Compare(Field.L4PROTO, 6), Compare(Field.DPORT, (80, 443))), (Verdict.DROP,))
    writer.apply([*creating(Ruleset((_table(_DROP),))), (CreateSet(_IP, "s", (Key.IPV4,), 256),)])
    with _ChangedMeanwhile.within(namespace) as reader:
        reader.happenings = [
            lambda: writer.apply([(DeleteSet(_IP, "s"), FillChain(_IP, Chain("a", (several,))))]),
            lambda: writer.apply([(CreateChain(_IP, "b"), FillChain(_IP, Chain("b", (several, _DROP))))]),
        ]
        there = found(reader, _IP)
        assert reader.happenings == []
    chains = {**_table(several).chains, "b": Chain("b", (several, _DROP))}
    assert there == wanted(Table(_IP, chains))


def test_what_changes_all_the_time_cannot_be_read(namespace: NetNs, netlink: NetfilterSocket) -> None:
    writer = NetlinkWriter(netlink)
    writer.apply(creating(Ruleset((_table(_DROP),))))
    with _ChangedMeanwhile.within(namespace) as reader:
        reader.happenings = [lambda: writer.apply([(FillChain(_IP, Chain("a", (_DROP,))),)])] * 1000
        with pytest.raises(OSError, match="change all the time"):
            found(reader, _IP)


def test_where_a_chain_hangs_is_compared(netlink: NetfilterSocket) -> None:
    NetlinkWriter(netlink).apply(creating(Ruleset((_table(_DROP),))))
    elsewhere = Chain("forward", (Rule((), (Jump("a"),)),), Hook("forward", -6))
    expected = wanted(Table(_IP, {**_table(_DROP).chains, "forward": elsewhere}))
    assert _there(netlink).differences(expected) == ["base chain forward"]


def test_no_table_is_no_error(netlink: NetfilterSocket) -> None:
    assert found(netlink, _IP) is None


def test_other_failures_are_not_taken_for_no_table(netlink: NetfilterSocket) -> None:
    netlink.close()
    with pytest.raises(OSError, match="Bad file descriptor") as failure:
        found(netlink, _IP)
    assert failure.value.errno == errno.EBADF
