"""Who a question is about: a workload by its name, an address or a name outside, a host."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from percale.errors import PercaleError
from percale.policy.endpoints import Endpoint
from percale.policy.world import World
from percale.traffic.addresses import Network, lenient_network, network_text, single

_HOST = "host:"
_DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]+", re.IGNORECASE)
_ANYWHERE = (lenient_network("0.0.0.0/0"), lenient_network("::/0"))


class NoSuchParty(PercaleError):
    """The reference names nothing, or more than one thing."""


class Unaskable(PercaleError):
    """The question cannot mean anything."""


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a flow. `within` are the networks that its address may come from; a known one is a /32 or /128.

    `host` is the host endpoint of a node's own processes, `domain` the name that a destination is looked up by.
    """

    name: str
    endpoint: Endpoint | None
    within: tuple[Network, ...]
    host: Endpoint | None = None
    domain: str = ""

    def of_version(self, version: int) -> tuple[Network, ...]:
        return tuple(network for network in self.within if network.version == version)


def party(text: str, world: World, *, namespace: str, pod_networks: tuple[Network, ...]) -> Party:
    """`shop/web`, `Deployment/shop/web`, `web` in the given namespace, an address, a network, `host:NODE`, a name."""
    if network := network_text(text):
        return _outside(text, network, world)
    if text.startswith(_HOST):
        return _host(text, world)
    found = [one for one in world.workloads if is_called(one, text, namespace)]
    if len(found) == 1:
        return _workload(found[0], pod_networks)
    if found and all(one.owners for one in found):
        # Pods of one owner are alike for every policy that selects by the template's labels.
        return _workload(found[0], pod_networks)
    if found:
        kinds = ", ".join(f"`{one.resource_kind}/{one}`" for one in found)
        raise NoSuchParty(f"`{text}` is more than one workload", hint=f"say which: {kinds}")
    if on_host := [one for one in world.host_networked if is_called(one, text, namespace)]:
        raise NoSuchParty(
            f"`{on_host[0]}` is on its host's network: no policy selects it, its traffic is the host's",
            hint="ask with the node's address instead",
        )
    if _DOMAIN.fullmatch(text):
        return Party(text, None, _ANYWHERE, domain=text)
    raise NoSuchParty(f"no workload is called `{text}`", hint=similar(text, world, namespace))


def _host(text: str, world: World) -> Party:
    """`host:NODE`, or `host:NODE/INTERFACE` where the node has several host endpoints."""
    node, _, interface = text.removeprefix(_HOST).partition("/")
    here = [one for one in world.host_endpoints if one.node == node]
    if interface:
        governing = world.host_endpoint(node, interface)
        here = [governing] if governing else []
    if len(here) == 1:
        addresses = here[0].addresses or world.node(node).addresses
        return Party(text, None, tuple(map(single, addresses)) or private(), host=here[0])
    known = ", ".join(f"`{_HOST}{one.node}/{one.interface or one.name}`" for one in here or world.host_endpoints)
    if here:
        raise NoSuchParty(f"node `{node}` has more than one host endpoint", hint=f"say which: {known}")
    raise NoSuchParty(
        f"no host endpoint governs `{text}`: no policy applies to that host",
        hint=f"there is {known}" if known else "the input holds no host endpoint",
    )


def _outside(text: str, network: Network, world: World) -> Party:
    holder = world.workload_at(network.network_address) if network.prefixlen == network.max_prefixlen else None
    return Party(str(holder or text), holder, (network,))


def _workload(endpoint: Endpoint, pod_networks: tuple[Network, ...]) -> Party:
    return Party(str(endpoint), endpoint, tuple(map(single, endpoint.addresses)) or pod_networks)


def is_called(one: Endpoint, text: str, namespace: str) -> bool:
    parts = text.split("/")
    if len(parts) == 1:
        parts = [namespace, *parts]
    kind = parts.pop(0).lower() if len(parts) == 3 else None
    if len(parts) != 2 or parts[0] != one.namespace:
        return False
    names = [f"{one.resource_kind}/{one.name}", *one.owners]
    return any(
        name == parts[1] and kind in (None, owner.lower())
        for owner, _, name in (reference.partition("/") for reference in names)
    )


def similar(text: str, world: World, namespace: str) -> str:
    names = sorted({str(one) for one in world.workloads})
    whole = text if "/" in text else f"{namespace}/{text}"
    elsewhere = [name for name in names if name.rpartition("/")[2] == whole.rpartition("/")[2]]
    close = elsewhere[:3] or get_close_matches(whole, names, n=3, cutoff=0.5) or names[:5]
    return "there is " + ", ".join(f"`{name}`" for name in close) if close else "the input holds no workload at all"


def private(versions: tuple[int, ...] = (4, 6)) -> tuple[Network, ...]:
    """Where a pod's address may lie when nothing tells: private, shared and unique local networks."""
    texts = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    return tuple(net for net in map(lenient_network, texts) if net.version in versions)
