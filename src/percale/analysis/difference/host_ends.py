"""Hosts of two worlds: which host endpoint governs an interface in each, and at which addresses its processes are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from percale.analysis.difference.ends import End, by_atom
from percale.analysis.difference.pairing import Pair
from percale.analysis.symbolic.engine import Engine
from percale.policy.endpoints import Endpoint
from percale.policy.world import World
from percale.traffic.addresses import Address, AddressSet, single
from percale.traffic.intervals import Intervals

#: Of an identity in either world.
Kind = tuple[object, object]
Governing = tuple[Endpoint | None, Endpoint | None]


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """An interface. Where a world has no host endpoint for it, the pair has the other world's, and none may govern."""

    pair: Pair
    governing: Governing
    addresses: "Addresses"


#: In the old world and in the new one.
Addresses = tuple[tuple[Address, ...], tuple[Address, ...]]


def hosts_of(old: World, new: World) -> tuple[Host, ...]:
    """`new` is aligned with the old world."""
    before, after = (
        {_key(one): one for one in sorted(world.host_endpoints, key=lambda one: one.name, reverse=True)}
        for world in (old, new)
    )
    return tuple(_host((old, new), (before.get(key), after.get(key))) for key in dict.fromkeys((*before, *after)))


def _key(one: Endpoint) -> tuple[str, str, str]:
    return one.node, one.interface, "" if one.interface else one.name


def _host(worlds: tuple[World, World], there: Governing) -> Host:
    before, after = there
    present = before or after
    if present is None:
        raise ValueError("an interface is one of either world")
    old, new = (
        one or world.host_endpoint(present.node, present.interface) for one, world in zip(there, worlds, strict=True)
    )
    pair = Pair(before or present, after or present)
    return Host(pair, (old, new), host_addresses(worlds, pair))


def host_addresses(worlds: tuple[World, World], pair: Pair) -> Addresses:
    """Its own or else its node's; where one world does not tell them, as the other has them."""
    before, after = (
        one.addresses or world.node(one.node).addresses for one, world in zip((pair.old, pair.new), worlds, strict=True)
    )
    return before or after, after or before


def of_hosts(hosts: Iterable[Host], version: int) -> Intervals:
    """All their addresses in either world."""
    held = (single(address) for one in hosts for addresses in one.addresses for address in addresses)
    return AddressSet.of(held).version(version)


def host_ends(host: Host, engines: tuple[Engine, Engine]) -> dict[Kind, End]:
    """By kind; a host that has no known address may have any that is free."""
    before, after = (dict(_numbers(engine, own)) for engine, own in zip(engines, host.addresses, strict=True))
    numbers = by_atom(before, after, placed=all(host.addresses))
    return {_kind(host, engines, one): End(*one, pairs=[host.pair]) for one in reversed(numbers)}


def _kind(host: Host, engines: tuple[Engine, Engine], numbers: tuple[int, int]) -> Kind:
    old, new = (
        engine.host_kind(one, number) if one else engine.kind(number)
        for engine, one, number in zip(engines, host.governing, numbers, strict=True)
    )
    return old, new


def _numbers(engine: Engine, addresses: Sequence[Address]) -> Iterator[tuple[int, int]]:
    """Identities by their atoms."""
    identities = engine.identities
    for one in addresses:
        if one.version == engine.cells.version:
            yield identities.atoms.at(int(one)), engine.identity(one)
    if not addresses:
        yield from ((atom, number) for (atom, name), number in identities.outside.items() if not name)
