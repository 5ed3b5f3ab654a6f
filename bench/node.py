"""A node as nodes are: 250 pods of 50 classes, ten rules in and ten out for each, both directions policed."""

from bench.arena import (
    ADDRESS_OF,
    CONNTRACK_ONLY,
    NO_RULES,
    QUICK,
    THOROUGH,
    Arena,
    Probe,
    node_settings,
    ratios,
    rules_of,
    typical,
)
from bench.manifests import GROUPS, PORT_AT, Place, class_policies, node_pods, pod, remote_address, world_from
from bench.report import Bound, Goal, Report, Table
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.ruleset import Ruleset
from percale.policy.endpoints import Endpoint
from percale.policy.world import World

_ENDPOINTS, _CLASSES = 250, 50
#: Pods of other nodes, which rules mention and this node does not police.
_REMOTE, _REMOTE_QUICK = 10_000, 1000


def measure(*, quick: bool) -> Report:
    world, local = node_world(_ENDPOINTS, _CLASSES, _REMOTE_QUICK if quick else _REMOTE)
    load_rules = rules_of(node_ruleset(world, local))
    others = [(_name(place), load_rules, port) for place, port in PORT_AT.items()]
    with Arena(PORT_AT[Place.MIDDLE], others) as arena:
        rates = arena.rates(QUICK if quick else THOROUGH)
    found, of_conntrack = ratios(rates), ratios(rates, CONNTRACK_ONLY)
    bare = {NO_RULES: typical(rates, NO_RULES)}
    middle = _name(Place.MIDDLE)
    goals = [
        Goal("new packets", found[middle][Probe.NEW], Bound.AT_LEAST, 0.58),
        Goal("established packets", found[middle][Probe.ESTABLISHED], Bound.AT_LEAST, 0.78),
        Goal("connections of conntrack alone", of_conntrack[middle][Probe.CONNECTIONS], Bound.AT_LEAST, 0.88),
    ]
    return Report([Table("a CPU second", bare), Table("as a share of no rules", found)], goals)


def node_world(endpoints: int, classes: int, remote: int) -> tuple[World, list[Endpoint]]:
    """The first two of the local endpoints are the lab's pods."""
    addresses = [*map(str, ADDRESS_OF.values()), *(f"10.65.{n >> 8}.{n & 255}" for n in range(4, endpoints + 2))]
    local = [
        pod(name, own, labels) for (name, labels), own in zip(node_pods(endpoints, classes), addresses, strict=True)
    ]
    elsewhere = (pod(f"remote{n}", remote_address(n), {"group": f"g{n % GROUPS}"}) for n in range(remote))
    world = world_from([*class_policies(classes), *local, *elsewhere])
    return world, [one for one in world.workloads if not one.name.startswith("remote")]


def node_ruleset(world: World, local: list[Endpoint]) -> Ruleset:
    return compile_ruleset(world, local, node_settings())[0]


def _name(place: Place) -> str:
    return f"{place} of 10 decide"
