"""`--from` and `--to`: which workloads, addresses or names a question about a whole world is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from percale.analysis.connectivity import Connectivity, Group, addresses_of_host
from percale.analysis.parties import NoSuchParty, Party, party
from percale.policy.endpoints import Endpoint
from percale.policy.world import World
from percale.traffic.addresses import AddressSet, Network


@dataclass(frozen=True, slots=True)
class Ends:
    """One end of the question: all that was named."""

    workloads: tuple[Endpoint, ...] = ()
    hosts: tuple[Endpoint, ...] = ()
    networks: tuple[Network, ...] = ()
    names: tuple[str, ...] = ()


def ends_of(texts: Sequence[str], world: World, namespace: str) -> Ends:
    """`shop/web`, `shop/*`, `host:NODE`, an address, a network, a domain name; any number of them."""
    workloads, hosts = dict[Endpoint, None](), dict[Endpoint, None]()
    networks, names = list[Network](), list[str]()
    for text in texts:
        if text.endswith("/*"):
            workloads |= dict.fromkeys(workloads_in(text.removesuffix("/*"), world))
            continue
        found = party(text, world, namespace=namespace, pod_networks=())
        if found.host:
            hosts[found.host] = None
        elif found.domain:
            names.append(found.domain)
        elif found.endpoint:
            workloads |= dict.fromkeys(_all_of(text, found, world))
        else:
            networks.extend(found.within)
            hosts |= dict.fromkeys(_hosts_in(found.within, world))
    return Ends(tuple(workloads), tuple(hosts), tuple(networks), tuple(names))


def _hosts_in(networks: Sequence[Network], world: World) -> Iterable[Endpoint]:
    """Whose addresses are theirs, and not the outside's."""
    for one in world.host_endpoints:
        if any(address in network for address in addresses_of_host(world, one) for network in networks):
            yield one


def workloads_in(namespace: str, world: World) -> list[Endpoint]:
    found = [one for one in world.workloads if one.namespace == namespace]
    if not found:
        known = ", ".join(f"`{name}`" for name in sorted({one.namespace for one in world.workloads})[:5])
        raise NoSuchParty(f"no workload is in namespace `{namespace}`", hint=f"there is {known}" if known else "")
    return found


def _all_of(text: str, found: Party, world: World) -> Iterable[Endpoint]:
    """Of pods of one owner, all: a party has the first."""
    kind, _, rest = text.partition("/")
    namespace, _, name = rest.rpartition("/")
    owner = f"{kind}/{name}"
    owned = [one for one in world.workloads if one.namespace == namespace and owner in one.owners]
    return owned or [one for one in (found.endpoint,) if one]


def groups_of(ends: Ends, connectivity: Connectivity) -> tuple[Group, ...]:
    """In the order of the world; the part of an outside group that was asked about is one of its own."""
    version = connectivity.engine.cells.version
    wanted = AddressSet.of(ends.networks).version(version)
    outside = [
        Group(one.identities, (), one.addresses & wanted)
        for one in connectivity.outside
        if not one.name and one.addresses & wanted
    ]
    likes = {connectivity.engine.identities.names.like(name) for name in ends.names}
    named = [one for one in connectivity.outside if ends.names and one.name in likes]
    return (*connectivity.grouped(ends.workloads), *connectivity.grouped_hosts(ends.hosts), *outside, *named)
