"""Which IP versions a question about a whole world is about."""

from collections.abc import Iterator

from percale.policy.policies import Policy, Profile
from percale.policy.rules import Rule
from percale.policy.world import World
from percale.traffic.addresses import Network
from percale.traffic.protocols import ICMPV6


def versions_of(*worlds: World) -> tuple[int, ...]:
    """Both, unless nothing anywhere speaks of IPv6: then IPv6 could only repeat the answers of IPv4.

    Where workloads have addresses and none is IPv4, IPv6 alone.
    """
    placed = {network.version for world in worlds for one in world.workloads for network in one.networks}
    if placed == {6}:
        return (6,)
    return (4, 6) if 6 in placed or any(map(_speaks_of_v6, worlds)) else (4,)


def _speaks_of_v6(world: World) -> bool:
    held = (network for one in (*world.network_sets, *world.host_endpoints) for network in one.networks)
    return any(network.version == 6 for network in held) or any(
        rule.ip_version == 6 or rule.protocol == ICMPV6 or any(net.version == 6 for net in _networks(rule))
        for rule in _rules(world)
    )


def _rules(world: World) -> Iterator[Rule]:
    holders: tuple[Policy | Profile, ...] = (*world.policies.policies, *world.profiles.values())
    for one in holders:
        yield from one.ingress
        yield from one.egress


def _networks(rule: Rule) -> Iterator[Network]:
    for entity in (rule.source, rule.destination):
        yield from (*entity.nets, *entity.not_nets)
