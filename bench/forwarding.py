"""Forwarding through 10 to 5,000 policies that all select the server; the packet is for the last of them."""

from collections.abc import Iterator

from bench.arena import (
    ADDRESS_OF,
    CLIENT,
    CONNTRACK_ONLY,
    NO_RULES,
    QUICK,
    SERVER,
    THOROUGH,
    Arena,
    Probe,
    node_settings,
    ratios,
    rules_of,
    typical,
)
from bench.manifests import PEERS, Manifest, peer_policies, pod, remote_address, world_from
from bench.report import Bound, Goal, Report, Table
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.ruleset import Ruleset

_FIRST_PORT = 10_000


def measure(*, quick: bool) -> Report:
    sizes = (10, 1000) if quick else (10, 100, 1000, 5000)
    others = [(_name(size), rules_of(_ruleset(size)), _FIRST_PORT + size - 1) for size in sizes]
    with Arena(_FIRST_PORT, others) as arena:
        rates = arena.rates(QUICK if quick else THOROUGH)
    found = ratios(rates)
    least, most = _name(sizes[0]), _name(sizes[-1])
    bare = {NO_RULES: typical(rates, NO_RULES)}
    flat = ratios(rates, least)
    of_conntrack = ratios(rates, CONNTRACK_ONLY)
    goals = [
        Goal(f"new packets, {most} against {least}", flat[most][Probe.NEW], Bound.AT_LEAST, 0.9),
        Goal(f"established packets, {most}", found[most][Probe.ESTABLISHED], Bound.AT_LEAST, 0.78),
        Goal(f"connections of conntrack alone, {most}", of_conntrack[most][Probe.CONNECTIONS], Bound.AT_LEAST, 0.85),
    ]
    return Report([Table("a CPU second", bare), Table("as a share of no rules", found)], goals)


def _name(policies: int) -> str:
    return f"{policies} policies"


def _ruleset(policies: int) -> Ruleset:
    world = world_from([*peer_policies(policies, _FIRST_PORT), *_pods(policies)])
    local = [one for one in world.workloads if one.name in ADDRESS_OF]
    return compile_ruleset(world, local, node_settings())[0]


def _pods(policies: int) -> Iterator[Manifest]:
    yield pod(SERVER, str(ADDRESS_OF[SERVER]), {"app": "server"})
    peers = min(policies, PEERS)
    yield pod(CLIENT, str(ADDRESS_OF[CLIENT]), {"peer": str((policies - 1) % PEERS)})
    for number in range(peers):
        yield pod(f"remote{number}", remote_address(number), {"peer": str(number)})
