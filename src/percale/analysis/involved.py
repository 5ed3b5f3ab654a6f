"""A world with only what has a say about packets between two addresses: the judge answers there as in the whole one."""

from dataclasses import replace
from itertools import chain

from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.policies import PolicySet
from percale.policy.world import World
from percale.traffic.addresses import Address

Held = tuple[Endpoint | None, Address]


def involved(world: World, *ends: Held) -> World:
    """Workloads without an address are where an end has them, and the judge need not look through all the others.

    Rules know addresses only, so that nobody elsewhere matters. A policy of a namespace selects nobody outside it.
    """
    moved: dict[Endpoint, list[Address]] = {}
    for one, address in ends:
        if one and one.kind is EndpointKind.WORKLOAD and not one.networks:
            moved.setdefault(one, []).append(address)
    there = dict.fromkeys(chain.from_iterable(world.objects_at(address) for _, address in ends))
    workloads = (
        *(one for one in there if one.kind is EndpointKind.WORKLOAD),
        *(one.at(*addresses) for one, addresses in moved.items()),
    )
    namespaces = {"", *(one.namespace for one in workloads)}
    policies = tuple(one for one in world.policies.policies if one.id.namespace in namespaces)
    return replace(world, workloads=workloads, policies=PolicySet(world.policies.tiers, policies))
