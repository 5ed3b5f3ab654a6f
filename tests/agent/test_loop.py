"""The loop with a kernel that remembers and can be told to fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import pytest

from builders import CALICO, Manifest, pod, resource
from percale.agent.happenings import Happening
from percale.agent.loop import Surroundings, run
from percale.agent.news import Changes, Lost, News, Signal, Whole
from percale.agent.settings import Established, Mode, Settings
from percale.agent.status import Status
from percale.dataplane.ruleset import Family, Ruleset
from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Put, Revision
from percale.datastore.keys import key_of
from percale.errors import PercaleError
from percale.host.conntrack import End, Flow
from percale.host.network import HostNetwork
from percale.traffic.addresses import address, single

WEB = pod("shop/web", at=["10.65.0.2"], nodeName="here")
DENY = resource(CALICO, "GlobalNetworkPolicy", "deny", spec={"selector": "all()"})


@dataclass
class MemoryKernel:
    """Holds what it is given; `failing` are errors of the next loads, `foreign` what others change before each look."""

    failing: list[PercaleError] = field(default_factory=list)
    foreign: list[tuple[str, ...]] = field(default_factory=list)
    loaded: list[Ruleset] = field(default_factory=list)

    def load(self, ruleset: Ruleset) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.loaded.append(ruleset)

    def reload(self, ruleset: Ruleset) -> None:
        self.load(ruleset)

    def foreign_changes(self) -> tuple[str, ...]:
        return self.foreign.pop(0) if self.foreign else ()


@dataclass
class Node:
    """An agent's surroundings, and all that it says; a clock that goes a second on each time it is read."""

    kernel: MemoryKernel = field(default_factory=MemoryKernel)
    said: list[Happening] = field(default_factory=list)
    published: list[Status] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    listed_again: list[None] = field(default_factory=list)
    networks: Iterator[HostNetwork] = field(default_factory=lambda: iter([]))

    def run(self, *news: News, rounds: int = 0, settings: Settings | None = None) -> Status:
        """Each news in a round of its own, then as many more rounds."""
        inbox: SimpleQueue[News] = SimpleQueue()
        waiting = iter(news)
        left = [rounds]
        ticks = iter(range(1, 1_000_000))

        def beat() -> None:
            if (one := next(waiting, None)) is not None:
                inbox.put(one)
            elif left[0]:
                left[0] -= 1
            else:
                inbox.put(Signal.END)

        around = Surroundings(
            self.kernel,
            lambda: next(self.networks, HostNetwork()),
            lambda: self.listed_again.append(None),
            lambda: self.flows,
            self.said.append,
            self.published.append,
            beat,
            lambda: float(next(ticks)),
        )
        run(inbox, around, settings or Settings("here"), Status("here", "enforce", "1", 0))
        return self.published[-1] if self.published else Status("here", "enforce", "1", 0)


def whole(*manifests: Manifest, revision: str = "5") -> Whole:
    return Whole(tuple(numbered(one, "1") for one in manifests), Revision(revision), 0)


def changed(manifest: Manifest, revision: str = "6") -> Changes:
    return Changes([Put(key_of(manifest), numbered(manifest, revision), Revision(revision))], 0)


def numbered(manifest: Manifest, version: str) -> Manifest:
    """As a store gives it."""
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}}


LOST = Lost(StoreUnavailable("it is away"))


def test_nothing_is_loaded_before_the_store_is_known() -> None:
    node = Node()
    node.run(LOST, Signal.NETWORK_CHANGED, Signal.RESYNC, rounds=3)
    assert node.kernel.loaded == []


def test_what_the_store_holds_is_loaded_once() -> None:
    node = Node()
    status = node.run(whole(WEB, DENY), rounds=5)
    assert len(node.kernel.loaded) == 1
    assert (status.in_sync, status.revision, status.endpoints, status.policies) == (True, "5", 1, 1)


def test_a_change_that_matters_to_others_only_is_taken_note_of_without_a_load() -> None:
    node = Node()
    status = node.run(whole(WEB), changed(pod("shop/far", at=["10.65.1.2"], nodeName="there")))
    assert len(node.kernel.loaded) == 1
    assert status.revision == "6"


def test_a_lost_store_changes_nothing_but_the_status() -> None:
    node = Node()
    status = node.run(whole(WEB), LOST)
    assert len(node.kernel.loaded) == 1
    assert (status.in_sync, status.enforcing, status.store_error, status.store_losses) == (False, True, "it is away", 1)
    assert node.run(whole(WEB)).in_sync


def test_a_failed_load_is_tried_again() -> None:
    node = Node(MemoryKernel(failing=[PercaleError("no space")] * 3))
    status = node.run(whole(WEB), rounds=80)
    assert len(node.kernel.loaded) == 1
    assert (status.failures, status.in_sync) == (3, True)
    assert {one.kernel_error for one in node.published} == {"", "no space"}


def test_a_change_is_not_kept_waiting_by_a_failure_before_it() -> None:
    node = Node(MemoryKernel(failing=[PercaleError("no")]))
    node.run(whole(WEB), changed(DENY))
    assert len(node.kernel.loaded) == 1


def test_what_others_change_is_put_right_and_counted() -> None:
    node = Node(MemoryKernel(foreign=[(), ("ip table percale",)]))
    status = node.run(whole(WEB), rounds=5)
    assert len(node.kernel.loaded) == 2
    assert status.repairs == 1
    assert any(one.details.get("found") == "ip table percale" for one in node.said)


def test_an_invalid_object_is_told_of_once_and_left_out() -> None:
    node = Node()
    invalid = resource(CALICO, "GlobalNetworkPolicy", "bad", spec={"selector": "((("})
    status = node.run(whole(WEB, invalid), changed(DENY), rounds=2)
    assert [one.name for one in status.invalid] == ["GlobalNetworkPolicy(bad)"]
    assert (status.policies, status.in_sync) == (1, True)
    assert [one.what for one in node.said].count("an object is invalid, and is left out") == 1


def test_an_interface_that_shows_up_later_is_found() -> None:
    """Without being told: what a bridge learns is no change of links or routes."""
    bridge = HostNetwork(masters={"veth7": "cni0"}, bridges=frozenset({"cni0"}))
    behind = replace(bridge, on_link={single(address("10.65.0.2")): "cni0"}, ports={address("10.65.0.2"): "veth7"})
    node = Node(networks=iter([bridge, behind, behind, behind, behind, behind, behind, behind]))
    status = node.run(whole(WEB), rounds=6)
    assert status.unattached == ()
    assert len(node.kernel.loaded) == 2


def test_a_resync_loads_and_lists_again() -> None:
    node = Node()
    node.run(whole(WEB), Signal.RESYNC, rounds=2)
    assert len(node.kernel.loaded) == 2
    assert len(node.listed_again) == 1


@pytest.mark.parametrize(
    ("mode", "families", "hooks"),
    [
        (Mode.ENFORCE, {Family.IP, Family.IP6}, {"forward", "input", "prerouting"}),
        (Mode.STAGED, {Family.IP, Family.IP6}, {"staged-ingress"}),
        (Mode.OFF, set(), set()),
    ],
)
def test_a_mode_decides_what_is_loaded(mode: Mode, families: set[Family], hooks: set[str]) -> None:
    node = Node()
    node.run(whole(WEB, DENY), settings=Settings("here", mode))
    (loaded,) = node.kernel.loaded
    assert {table.family for table in loaded.tables} == families
    assert {chain.name for table in loaded.tables for chain in table.chains.values() if chain.hook} == hooks


#: Between two pods, of which the second may be sent nothing.
_FLOW = Flow(6, End(address("10.65.0.9"), 40000), End(address("10.65.0.2"), 80))


def cut(ruleset: Ruleset) -> frozenset[tuple[object, ...]]:
    return ruleset.table(Family.IP).sets["cut"].elements


def test_a_live_flow_that_policy_denies_is_cut_in_both_directions() -> None:
    node = Node(flows=[_FLOW])
    node.run(whole(WEB, DENY), rounds=3, settings=Settings("here", established=Established.CUT))
    (loaded,) = node.kernel.loaded
    near, far = (_FLOW.source.address, 40000), (_FLOW.destination.address, 80)
    assert cut(loaded) == {(6, *near, *far), (6, *far, *near)}


def test_a_live_flow_that_policy_allows_is_not_cut() -> None:
    node = Node(flows=[_FLOW])
    node.run(whole(WEB), rounds=3, settings=Settings("here", established=Established.CUT))
    assert [cut(one) for one in node.kernel.loaded] == [frozenset()]


def test_a_flow_that_is_forgotten_is_cut_no_longer() -> None:
    node = Node(flows=[_FLOW])
    node.run(whole(WEB, DENY), rounds=1, settings=Settings("here", established=Established.CUT))
    assert cut(node.kernel.loaded[-1])
    fading = Node()
    fading.flows.append(_FLOW)
    fading.said = _Clearing(fading.flows)
    fading.run(whole(WEB, DENY), rounds=80, settings=Settings("here", established=Established.CUT))
    assert [bool(cut(one)) for one in fading.kernel.loaded] == [True, False]


class _Clearing(list[Happening]):
    """Once anything is said, which is after the first load, the kernel remembers no flow."""

    def __init__(self, flows: list[Flow]) -> None:
        super().__init__()
        self._flows = flows

    def append(self, _: Happening) -> None:
        self._flows.clear()


def test_nothing_is_cut_unless_asked() -> None:
    node = Node(flows=[_FLOW])
    node.run(whole(WEB, DENY), rounds=3)
    assert "cut" not in node.kernel.loaded[0].table(Family.IP).sets
