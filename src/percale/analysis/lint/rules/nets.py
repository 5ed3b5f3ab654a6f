"""Networks and addresses in rules."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Members, Spot
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Action
from percale.resources.ip_pool import IpPool
from percale.resources.workload import Service
from percale.traffic.addresses import Address, AddressSet, Network, address, lenient_network
from percale.traffic.intervals import Intervals

#: So many private addresses in one rule were copied from somewhere where they change.
_SEVERAL = 2


def net_over_pods(context: Context) -> Iterator[Spot]:
    ranges = _pod_ranges(context)
    known: dict[tuple[tuple[Network, ...], tuple[Network, ...]], bool] = {}
    if not ranges:
        return
    for one in context.said:
        nets = one.entity.nets, one.entity.not_nets
        if one.is_peer and one.rule.action is Action.ALLOW and one.entity.nets and not one.entity.selector:
            if nets not in known:
                known[nets] = bool((AddressSet.of(nets[0]) - AddressSet.of(nets[1])) & ranges)
            if known[nets] and any(net.num_addresses > 1 for net in one.entity.nets):
                yield one.policy.spot(
                    one.path,
                    "the networks hold addresses of pods: pods of every namespace are meant too, whatever their labels",
                    "leave the pods' network out (`except`, `notNets`), and allow pods by their labels",
                )


def _pod_ranges(context: Context) -> AddressSet:
    pools = [lenient_network(pool.spec.cidr) for _, pool in context.resources(IpPool)]
    return AddressSet.of([*context.pod_networks, *pools]) | _placed(context)


def _placed(context: Context) -> AddressSet:
    """Pods' networks are single addresses: to ask each for its first and last takes ten times as long."""
    numbers: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for one in context.world.workloads:
        for network in one.networks:
            number = int(network.network_address)
            numbers[network.version].append((number, number))
    return AddressSet(Intervals.of(numbers[4]), Intervals.of(numbers[6]))


def single_address(context: Context) -> Iterator[Spot]:
    settled = {at for one in context.world.host_endpoints for at in one.addresses}
    settled |= {at for node in context.world.nodes for at in node.addresses}
    for one in context.said:
        if not one.entity.nets:
            continue
        alone = [net for net in one.entity.nets if net.num_addresses == 1 and net.network_address not in settled]
        pods = tuple(pod for net in alone if (pod := context.world.workload_at(net.network_address)))
        inside = [net for net in alone if any(_contains(pool, net) for pool in context.pod_networks)]
        private = [net for net in alone if net.is_private]
        if pods or inside or len(private) >= _SEVERAL:
            yield one.policy.spot(
                one.path,
                f"{_listed(alone)}: an address of a pod or a container is another one after a restart",
                "select by labels, or name the whole network",
                *_holders(pods),
            )


def _holders(pods: tuple[Endpoint, ...]) -> tuple[Members, ...]:
    return (Members("now at these addresses", pods),) if pods else ()


def _contains(pool: Network, net: Network) -> bool:
    return pool.version == net.version and net.network_address in pool


def _listed(nets: list[Network]) -> str:
    shown = ", ".join(str(net.network_address) for net in nets[:3])
    return f"{shown} and {len(nets) - 3} more" if len(nets) > 3 else shown


def deny_leaves_ipv6_open(context: Context) -> Iterator[Spot]:
    if 6 not in context.versions:
        return
    for policy in context.policies:
        for direction, rule in policy.rules():
            others = policy.policy.rules(direction)
            if rule.action is not Action.DENY or not _is_v4_by_nets(rule.source.nets, rule.destination.nets):
                continue
            if not any(other.action is Action.DENY and other.applies_to_version(6) for other in others):
                yield policy.spot(
                    ("spec", direction.value, int(rule.path.partition("[")[2].partition("]")[0])),
                    "by its networks the Deny is about IPv4 alone: over IPv6 nothing of this is denied",
                    "add the IPv6 networks",
                )


def _is_v4_by_nets(*sides: tuple[Network, ...]) -> bool:
    return any(nets and all(net.version == 4 for net in nets) for nets in sides)


def cluster_ip_in_rule(context: Context) -> Iterator[Spot]:
    services: dict[Address, Service] = {}
    for _, one in context.resources(Service):
        texts = (one.spec.cluster_ip, *one.spec.cluster_ips)
        services |= {address(text): one for text in texts if text not in ("", "None")}
    for rule in context.said if services else ():
        for net in rule.entity.nets:
            service = services.get(net.network_address) if net.num_addresses == 1 else None
            if service:
                yield rule.policy.spot(
                    rule.path,
                    f"{net.network_address} is the cluster IP of {service}: policy sees the pods behind it, never this",
                    "select the pods, or use `services` in a Calico rule",
                )
