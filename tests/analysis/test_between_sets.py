"""Between two sets every pair is in one part, and of each pair the part says what the judge says."""

from random import Random

import pytest

from agreement import world_from
from builders import NODE, allow, host_endpoint, namespace, pod, policy, world
from percale.analysis.between_sets import Between, Part, between_sets
from percale.analysis.connectivity import Group
from percale.analysis.party_sets import party_set
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.witness import witness
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from percale.traffic.traffic import Traffic, point_of
from random_worlds import ELSEWHERE, Generator

SETS = ("namespace/red", "namespace/green", "app == 'web' || has(tier)", "outside", "any", "10.65.0.0/16", "red/pod0")


def _holds(groups: tuple[Group, ...], end: Endpoint | None, number: int) -> bool:
    return any(end in one.members if one.members else number in one.addresses for one in groups)


def _parts_of(answer: Between, here: World, packet: Packet) -> list[Part]:
    ends = [here.workload_at(address) for address in (packet.source, packet.destination)]
    return [
        part
        for part in answer.parts
        if (ends[0] is not None) == bool(part.sources[0].members)
        and (ends[1] is not None) == bool(part.destinations[0].members)
        and _holds(part.sources, ends[0], int(packet.source))
        and _holds(part.destinations, ends[1], int(packet.destination))
    ]


@pytest.mark.parametrize("seed", range(25))
def test_each_pair_is_told_as_the_judge_does(seed: int) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world())
    source, destination = (party_set(_text(generator, here), here) for _ in range(2))
    named = bool(seed % 2)
    traffic = [Traffic.to_port(TCP, 80, 90)] if named else []
    checked = 0
    for version in (4, 6):
        scope = Scope(told_apart=(*source.networks, *destination.networks), traffic=tuple(traffic))
        answer = between_sets(Engine.of(here, version, scope), source, destination, traffic)
        for packet in (generator.packet(ELSEWHERE) for _ in range(150)):
            if answer and packet.version == version:
                checked += _is_right(answer, here, packet)
    assert checked or not source.workloads or not destination.workloads or named


def _text(generator: Generator, here: World) -> str:
    texts = [one for one in SETS if "==" not in one or any("app" in pod.labels for pod in here.workloads)]
    return generator.random.choice(texts)


def _is_right(answer: Between, here: World, packet: Packet) -> bool:
    cell = 1 << answer.cells.cell_of(Point(packet.protocol, *point_of(packet)))
    parts = _parts_of(answer, here, packet)
    assert len(parts) <= 1
    if not parts or not cell & answer.asked:
        return False
    (part,) = parts
    assert not part.depending
    assert bool(part.allowed & cell) == judge(here, packet).allowed
    assert bool(part.denied & cell) != bool(part.allowed & cell)
    return True


SHOP = (
    namespace("shop"),
    namespace("dev"),
    pod("shop/web", {"app": "web"}),
    pod("shop/api", {"app": "api"}),
    pod("shop/db", {"app": "db"}),
    pod("dev/one", {"app": "dev"}),
    pod("dev/two", {"app": "dev"}),
    policy("shop/db", selector="app == 'db'", ingress=[allow(source={"selector": "app == 'web'"})]),
)


def _told(source: str, destination: str, *manifests: dict[str, object]) -> list[tuple[str, str, bool]]:
    here = world(*SHOP, *manifests)
    one, other = party_set(source, here), party_set(destination, here)
    scope = Scope(told_apart=(*one.networks, *other.networks))
    answer = between_sets(Engine.of(here, 4, scope), one, other, [])
    assert answer is not None
    for part in answer.parts:
        wire = part.allowed or part.denied
        flow = part.example
        found = witness(answer.engine, flow.source, flow.destination, wire, passes=bool(part.allowed))
        assert found.verdict().allowed == bool(part.allowed)
    return [(_names(part.sources), _names(part.destinations), bool(part.allowed)) for part in answer.parts]


def _names(groups: tuple[Group, ...]) -> str:
    return " ".join(str(one) for group in groups for one in group.members) or "outside"


def test_pairs_that_fare_alike_are_one_part() -> None:
    assert _told("namespace/shop", "namespace/shop") == [
        ("shop/web shop/db", "shop/web shop/api shop/db", True),
        ("shop/api", "shop/web", True),
        ("shop/api", "shop/db", False),
    ]


def test_of_a_workload_alone_there_is_no_pair_with_itself() -> None:
    here = world(*SHOP)
    one = party_set("shop/db", here)
    assert between_sets(Engine.of(here, 4), one, one, []) is None


def test_a_group_of_two_has_a_pair_within() -> None:
    assert _told("namespace/dev", "namespace/dev") == [("dev/one dev/two", "dev/one dev/two", True)]


def test_nobody_is_asked_between_addresses_outside() -> None:
    assert all(
        "outside" not in (source, destination) or source != destination
        for source, destination, _ in _told("any", "any")
    )
    assert _told("outside", "203.0.113.0/24") == [("outside", "outside", True)]


def test_hosts_are_parties_too() -> None:
    manifests = (
        host_endpoint("uplink", expectedIPs=["192.0.2.1"]),
        policy("closed", selector="role == 'host'", ingress=[]),
    )
    found = _told("namespace/dev", f"host:{NODE}", *manifests)
    assert [(source, destination) for source, destination, _ in found] == [("dev/one dev/two", "uplink")]
