"""NetworkPolicy of networking.k8s.io/v1, as a server of 1.36 takes it: kubernetes/pkg/apis/networking/validation."""

from collections.abc import Iterator, Sequence

from percale.resources.faults import Fault, Path
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy, KubernetesPolicySpec, Peer, Port
from percale.resources.ports import LAST_PORT, port_name_faults
from percale.resources.validation.ip_blocks import ip_block_findings
from percale.resources.validation.label_selectors import label_selector_findings
from percale.resources.validation.schema import out_of_range, unsupported

PROTOCOLS = ("TCP", "UDP", "SCTP")
POLICY_TYPES = ("Ingress", "Egress")

_BEYOND_KUBERNETES = (
    "a Kubernetes policy cannot speak of it: a `projectcalico.org/v3` NetworkPolicy can, with `protocol: {}`"
)
_CALICO_PROTOCOL = {"icmp": "ICMP", "icmpv6": "ICMPv6", "udplite": "UDPLite"}


def kubernetes_policy_findings(policy: KubernetesNetworkPolicy) -> Iterator[Fault]:
    return kubernetes_policy_spec_findings(policy.spec)


def kubernetes_policy_spec_findings(spec: KubernetesPolicySpec) -> Iterator[Fault]:
    yield from label_selector_findings(spec.pod_selector, ("spec", "podSelector"))
    for index, ingress in enumerate(spec.ingress):
        path = ("spec", "ingress", index)
        yield from _ports(ingress.ports, (*path, "ports"))
        yield from _peers(ingress.from_, (*path, "from"))
    for index, egress in enumerate(spec.egress):
        path = ("spec", "egress", index)
        yield from _ports(egress.ports, (*path, "ports"))
        yield from _peers(egress.to, (*path, "to"))
    yield from _policy_types(spec.policy_types, ("spec", "policyTypes"))


def protocol_findings(protocol: str, path: Path) -> Iterator[Fault]:
    return unsupported(protocol, PROTOCOLS, path)


def _policy_types(types: Sequence[str], path: Path) -> Iterator[Fault]:
    if len(types) > len(POLICY_TYPES):
        yield Fault(path, "may not specify more than two policyTypes")
        return
    for index, name in enumerate(types):
        yield from unsupported(name, POLICY_TYPES, (*path, index))


def _ports(ports: Sequence[Port], path: Path) -> Iterator[Fault]:
    for index, port in enumerate(ports):
        yield from _port(port, (*path, index))


def _port(port: Port, path: Path) -> Iterator[Fault]:
    calico = _CALICO_PROTOCOL.get(port.protocol.casefold())
    hint = _BEYOND_KUBERNETES.format(calico) if calico else ""
    yield from unsupported(port.protocol, PROTOCOLS, (*path, "protocol"), hint)
    match port.port:
        case int(number):
            yield from out_of_range(number, 1, LAST_PORT, (*path, "port"))
        case str(name):
            yield from _port_name(name, (*path, "port"))
    if port.end_port is not None:
        yield from _end_port(port, port.end_port, path)


def _port_name(name: str, path: Path) -> Iterator[Fault]:
    hint = f"write the number without quotes: {name}" if name.isascii() and name.isdigit() else ""
    if "-" in name and name.replace("-", "").isdigit():
        hint = "write a range as `port` and `endPort`"
    yield from (Fault(path, f"port name: {wrong}", hint) for wrong in port_name_faults(name))


def _end_port(port: Port, last: int, path: Path) -> Iterator[Fault]:
    end = (*path, "endPort")
    match port.port:
        case None:
            says = "may not be specified when `port` is not specified"
            yield Fault(end, says, rests_on=((*path, "port"),))
        case str():
            yield Fault(end, "may not be specified when `port` is non-numeric")
        case int(first):
            if last < first:
                yield Fault(end, "must be greater than or equal to `port`")
            yield from out_of_range(last, 1, LAST_PORT, end)


def _peers(peers: Sequence[Peer], path: Path) -> Iterator[Fault]:
    for index, peer in enumerate(peers):
        yield from _peer(peer, (*path, index))


def _peer(peer: Peer, path: Path) -> Iterator[Fault]:
    selectors = (("podSelector", peer.pod_selector), ("namespaceSelector", peer.namespace_selector))
    given = [(name, selector) for name, selector in selectors if selector is not None]
    for name, selector in given:
        yield from label_selector_findings(selector, (*path, name))
    if peer.ip_block is not None:
        yield from ip_block_findings(peer.ip_block, (*path, "ipBlock"))
        if given:
            yield Fault(path, "may not specify both ipBlock and another peer", "make it two items of the list")
    elif not given:
        yield Fault(path, "must specify a peer", "`podSelector: {}` is every pod of the namespace")
