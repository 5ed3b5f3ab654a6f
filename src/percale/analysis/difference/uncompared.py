"""What may differ beside the flows between parties: to say so is better than to be wrong."""

from collections.abc import Iterator
from enum import StrEnum

from percale.analysis.difference.policies import touched
from percale.policy.policies import Hook, Policy
from percale.policy.rules import Entity
from percale.policy.settings import HostSettings, ToHost
from percale.policy.world import World


class Uncompared(StrEnum):
    OWN_HOST = "what becomes of pods' traffic to their own host"


_FORWARDED = frozenset(Hook) - {Hook.NORMAL}


def uncompared(old: World, new: World) -> tuple[Uncompared, ...]:
    """`new` is aligned with the old world."""
    return tuple(_found(old, new))


def _found(old: World, new: World) -> Iterator[Uncompared]:
    if _own_host_differs(old, new):
        yield Uncompared.OWN_HOST


def forwarded_differ(old: World, new: World) -> bool:
    """Whether hosts may forward something else."""
    asked = _asked_about_forwarded(old) | _asked_about_forwarded(new)
    if not asked:
        return False
    return (
        not asked.isdisjoint(touched(old, new))
        or _settings(old) != _settings(new)
        or (old.host_endpoints, old.nodes) != (new.host_endpoints, new.nodes)
        or (any(map(_looks_up, asked)) and _others(old) != _others(new))
    )


def _asked_about_forwarded(world: World) -> set[Policy]:
    return {
        policy
        for policy in world.policies.policies
        if not policy.staged
        and policy.hooks & _FORWARDED
        and any(policy.subject.matches(host.labels) for host in world.host_endpoints)
    }


def _looks_up(policy: Policy) -> bool:
    """Whether it asks who is at an address, and not only which address it is."""
    return any(_asks_who(end) for rule in (*policy.ingress, *policy.egress) for end in (rule.source, rule.destination))


def _asks_who(end: Entity) -> bool:
    named = (*end.ports.names, *end.not_ports.names, *end.domains)
    return bool(end.selector or end.not_selector or end.service or named)


def _others(world: World) -> tuple[object, ...]:
    """What is the same object in an aligned world unless it says something else."""
    return world.workloads, world.network_sets, world.host_endpoints, world.nodes, world.services


def _settings(world: World) -> dict[str, tuple[object, ...]]:
    """Of each node whose settings are its own, and of all others."""
    return {name: _decisive(one) for name, one in (*world.settings_of_node.items(), ("", world.settings))}


def _decisive(one: HostSettings) -> tuple[object, ...]:
    """What decides about packets of host endpoints; the rest says how these are answered and logged."""
    return frozenset(one.failsafe_inbound), frozenset(one.failsafe_outbound), one.drops_invalid


def _own_host_differs(old: World, new: World) -> bool:
    nodes = {one.node for world in (old, new) for one in world.workloads}
    return any(_closed_to_pods(old, node) != _closed_to_pods(new, node) for node in nodes)


def _closed_to_pods(world: World, node: str) -> bool:
    return world.settings_for(node).to_host is ToHost.DROP
