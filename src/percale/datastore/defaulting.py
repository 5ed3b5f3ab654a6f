"""What Calico's client and the Kubernetes API server fill in on writing.

Source: Calico's api/pkg/apis/projectcalico/v3/networkpolicy.go.
"""

from collections.abc import Callable, Mapping
from typing import Any

from percale.datastore.keys import Manifest
from percale.resources.kinds import CALICO

TIER_LABEL = "projectcalico.org/tier"
DEFAULT_TIER = "default"
#: Of a tier that states none.
TIER_ORDER = 1_000_000

Spec = dict[str, Any]


def with_defaults(manifest: Manifest) -> Manifest:
    """The manifest as it is stored; itself where nothing is missing."""
    fill = _FILL.get((manifest["apiVersion"], manifest["kind"]))
    if fill is None:
        return manifest
    spec = dict(manifest.get("spec", {}))
    fill(spec)
    filled = {**manifest, "spec": spec}
    return _with_tier_label(filled, spec["tier"]) if "tier" in spec else filled


def _policy(spec: Spec) -> None:
    spec["tier"] = spec.get("tier") or DEFAULT_TIER
    if not spec.get("types") and spec.get("stagedAction") != "Delete":
        has_egress, has_ingress = bool(spec.get("egress")), bool(spec.get("ingress"))
        spec["types"] = [
            *(["Ingress"] if has_ingress or not has_egress else []),
            *(["Egress"] if has_egress else []),
        ]


def _tier(spec: Spec) -> None:
    spec.setdefault("order", TIER_ORDER)
    spec.setdefault("defaultAction", "Deny")


def _kubernetes_policy(spec: Spec) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _pool(spec: Spec) -> None:
    spec.setdefault("blockSize", 122 if ":" in str(spec.get("cidr")) else 26)
    spec.setdefault("ipipMode", "Never")
    spec.setdefault("vxlanMode", "Never")
    spec.setdefault("nodeSelector", "all()")
    spec.setdefault("allowedUses", ["Workload", "Tunnel"])
    spec.setdefault("assignmentMode", "Automatic")


def _with_tier_label(manifest: Manifest, tier: str) -> Manifest:
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), TIER_LABEL: tier}}}


_FILL: Mapping[tuple[str, str], Callable[[Spec], None]] = {
    (CALICO, "NetworkPolicy"): _policy,
    (CALICO, "GlobalNetworkPolicy"): _policy,
    (CALICO, "StagedNetworkPolicy"): _policy,
    (CALICO, "StagedGlobalNetworkPolicy"): _policy,
    (CALICO, "Tier"): _tier,
    (CALICO, "IPPool"): _pool,
    ("networking.k8s.io/v1", "NetworkPolicy"): _kubernetes_policy,
}
