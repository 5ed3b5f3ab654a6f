"""Which columns the tables of each kind have, and what stands in them.

Source: Calico's calicoctl/calicoctl/resourcemgr.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from percale.datastore.keys import Manifest
from percale.errors import PercaleError
from percale.report.go_values import go_float, go_text, joined
from percale.report.terminal import plain
from percale.resources.kinds import CALICO, Kind

Cell = Callable[[Manifest], str]

NAMESPACE = "NAMESPACE"
_LONGEST_NETS = 80
#: What Calico takes where no BGPConfiguration says otherwise.
_DEFAULT_AS = "(64512)"


class UnknownColumn(PercaleError):
    def __init__(self, heading: str, known: Sequence[str]) -> None:
        super().__init__(f"unknown heading {heading}, valid values are: {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class Columns:
    cells: Mapping[str, Cell]
    usual: tuple[str, ...]
    wide: tuple[str, ...]

    def rows(self, headings: Sequence[str], manifests: Sequence[Manifest]) -> list[list[str]]:
        for heading in headings:
            if heading not in self.cells:
                raise UnknownColumn(heading, list(self.cells))
        return [list(headings), *([plain(self.cells[one](manifest)) for one in headings] for manifest in manifests)]


def columns_of(kind: Kind) -> Columns:
    return _COLUMNS.get((kind.api_version, kind.name)) or _columns({}, namespaced=kind.namespaced)


def _at(manifest: Manifest, path: str) -> Any:  # noqa: ANN401  what JSON can hold
    """None where nothing is there."""
    found: Any = manifest
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _text(path: str, otherwise: str = "") -> Cell:
    return lambda manifest: str(_at(manifest, path) or otherwise)


def _list(path: str, longest: int = 0) -> Cell:
    return lambda manifest: joined(_at(manifest, path), longest=longest)


def _flag(path: str) -> Cell:
    return lambda manifest: go_text(bool(_at(manifest, path)))


def _float(path: str) -> Cell:
    return lambda manifest: go_float(_at(manifest, path))


def _columns(cells: Mapping[str, Cell], usual: str = "NAME", wide: str = "", *, namespaced: bool = True) -> Columns:
    named = {"NAME": _text("metadata.name"), **({NAMESPACE: _text("metadata.namespace")} if namespaced else {})}
    return Columns({**named, **cells}, tuple(usual.split()), tuple((wide or usual).split()))


_POLICY = {"TIER": _text("spec.tier"), "ORDER": _float("spec.order"), "SELECTOR": _text("spec.selector")}
_POLICY_WIDE = "NAME TIER ORDER SELECTOR"
_NETS = {"NETS": _list("spec.nets", _LONGEST_NETS)}


def _as_number(manifest: Manifest) -> str:
    bgp = _at(manifest, "spec.bgp")
    return "" if bgp is None else str(bgp.get("asNumber") or _DEFAULT_AS)


def _pod_selector(manifest: Manifest) -> str:
    """A Go structure of labels and expressions, as its template shows it."""
    selector = _at(manifest, "spec.podSelector") or {}
    expressions = (
        f"{{{one.get('key', '')} {one.get('operator', '')} {go_text(one.get('values', []))}}}"
        for one in selector.get("matchExpressions", ())
    )
    return f"{{{go_text(selector.get('matchLabels', {}))} [{' '.join(expressions)}]}}"


def _workload(manifest: Manifest) -> str:
    return str(_at(manifest, "spec.workload") or _at(manifest, "spec.pod") or "")


_WORKLOAD_ENDPOINT = {
    "ORCHESTRATOR": _text("spec.orchestrator"),
    "WORKLOAD": _workload,
    "NODE": _text("spec.node"),
    "NETWORKS": _list("spec.ipNetworks"),
    "INTERFACE": _text("spec.interfaceName"),
    "PROFILES": _list("spec.profiles"),
    "NATS": lambda manifest: go_text(_at(manifest, "spec.ipNATs")) if _at(manifest, "spec.ipNATs") else "",
}
_HOST_ENDPOINT = {
    "NODE": _text("spec.node"),
    "INTERFACE": _text("spec.interfaceName"),
    "IPS": _list("spec.expectedIPs"),
    "PROFILES": _list("spec.profiles"),
}
_IP_POOL = {
    "CIDR": _text("spec.cidr"),
    "NAT": _flag("spec.natOutgoing"),
    "IPIPMODE": _text("spec.ipipMode", "Never"),
    "VXLANMODE": _text("spec.vxlanMode", "Never"),
    "DISABLED": _flag("spec.disabled"),
    "DISABLEBGPEXPORT": _flag("spec.disableBGPExport"),
    "SELECTOR": _text("spec.nodeSelector"),
    "ASSIGNMENTMODE": _text("spec.assignmentMode"),
}
_NODE = {"ASN": _as_number, "IPV4": _text("spec.bgp.ipv4Address"), "IPV6": _text("spec.bgp.ipv6Address")}
_POD = {"IP": _text("status.podIP"), "NODE": _text("spec.nodeName"), "PHASE": _text("status.phase")}

_COLUMNS: Mapping[tuple[str, str], Columns] = {
    (CALICO, "NetworkPolicy"): _columns(_POLICY, "NAME TIER", _POLICY_WIDE),
    (CALICO, "GlobalNetworkPolicy"): _columns(_POLICY, "NAME TIER", _POLICY_WIDE, namespaced=False),
    (CALICO, "StagedNetworkPolicy"): _columns(_POLICY, "NAME TIER", _POLICY_WIDE),
    (CALICO, "StagedGlobalNetworkPolicy"): _columns(_POLICY, "NAME TIER", _POLICY_WIDE, namespaced=False),
    (CALICO, "StagedKubernetesNetworkPolicy"): _columns({"PODSELECTOR": _pod_selector}, wide="NAME PODSELECTOR"),
    (CALICO, "Tier"): _columns({"ORDER": _float("spec.order")}, "NAME ORDER", namespaced=False),
    (CALICO, "NetworkSet"): _columns(_NETS, wide="NAME NETS"),
    (CALICO, "GlobalNetworkSet"): _columns(_NETS, wide="NAME NETS", namespaced=False),
    (CALICO, "HostEndpoint"): _columns(
        _HOST_ENDPOINT, "NAME NODE", "NAME NODE INTERFACE IPS PROFILES", namespaced=False
    ),
    (CALICO, "WorkloadEndpoint"): _columns(
        _WORKLOAD_ENDPOINT,
        "WORKLOAD NODE NETWORKS INTERFACE",
        "NAME WORKLOAD NODE NETWORKS INTERFACE PROFILES NATS",
    ),
    (CALICO, "Profile"): _columns({"LABELS": _list("spec.labelsToApply")}, wide="NAME LABELS", namespaced=False),
    (CALICO, "IPPool"): _columns(
        _IP_POOL,
        "NAME CIDR SELECTOR",
        "NAME CIDR NAT IPIPMODE VXLANMODE DISABLED DISABLEBGPEXPORT SELECTOR ASSIGNMENTMODE",
        namespaced=False,
    ),
    (CALICO, "Node"): _columns(_NODE, wide="NAME ASN IPV4 IPV6", namespaced=False),
    ("networking.k8s.io/v1", "NetworkPolicy"): _columns({"PODSELECTOR": _pod_selector}, wide="NAME PODSELECTOR"),
    ("v1", "Pod"): _columns(_POD, wide="NAME PHASE IP NODE"),
}
