# ruff: noqa: INP001  a script of the documentation's build
"""What else each kind is called, and which releases have it."""

from collections.abc import Mapping
from dataclasses import dataclass

from percale.resources.kinds import ADMIN, CALICO, CALICO_STORAGE, KINDS, Kind


@dataclass(frozen=True, slots=True)
class Names:
    """What kubectl and calicoctl take for the kind, besides its own name in lower case."""

    kubectl: str = ""
    calicoctl: str = ""
    releases: str = ""


_STAGED = "open-source Calico 3.30; before, the commercial editions had it"
_OLD_ADMIN = "applied by Calico {} to 3.31, ignored from 3.32 on; Percale applies it"
NAMES: Mapping[tuple[str, str], Names] = {
    ("v1", "Namespace"): Names("namespaces ns"),
    ("v1", "ServiceAccount"): Names("serviceaccounts sa"),
    ("v1", "Node"): Names("nodes no"),
    ("v1", "Pod"): Names("pods po"),
    ("v1", "Service"): Names("services svc"),
    ("v1", "Endpoints"): Names("ep"),
    ("discovery.k8s.io/v1", "EndpointSlice"): Names("endpointslices"),
    ("apps/v1", "Deployment"): Names("deployments deploy"),
    ("apps/v1", "StatefulSet"): Names("statefulsets sts"),
    ("apps/v1", "DaemonSet"): Names("daemonsets ds"),
    ("apps/v1", "ReplicaSet"): Names("replicasets rs"),
    ("batch/v1", "Job"): Names("jobs"),
    ("batch/v1", "CronJob"): Names("cronjobs cj"),
    ("networking.k8s.io/v1", "NetworkPolicy"): Names("networkpolicies netpol"),
    (f"{ADMIN}/v1alpha2", "ClusterNetworkPolicy"): Names(
        "clusternetworkpolicies cnp", releases="applied by Calico from 3.32 on"
    ),
    (f"{ADMIN}/v1alpha1", "AdminNetworkPolicy"): Names("adminnetworkpolicies anp", releases=_OLD_ADMIN.format("3.29")),
    (f"{ADMIN}/v1alpha1", "BaselineAdminNetworkPolicy"): Names(
        "baselineadminnetworkpolicies banp", releases=_OLD_ADMIN.format("3.30")
    ),
    (CALICO, "NetworkPolicy"): Names("caliconetworkpolicy cnp", "networkpolicies policy policies pol pols np"),
    (CALICO, "GlobalNetworkPolicy"): Names("globalnetworkpolicies gnp cgnp", "globalnetworkpolicies gnp gnps"),
    (CALICO, "Tier"): Names("tiers", "tiers", "open-source Calico 3.29, before which there was only `default`"),
    (CALICO, "NetworkSet"): Names("networksets netset netsets", "networksets netsets"),
    (CALICO, "GlobalNetworkSet"): Names("globalnetworksets gns", "globalnetworksets gnetsets"),
    (CALICO, "StagedNetworkPolicy"): Names(
        "stagednetworkpolicies scnp snp", "stagednetworkpolicies stagedpolicy stagedpolicies snp spol spols", _STAGED
    ),
    (CALICO, "StagedGlobalNetworkPolicy"): Names(
        "stagedglobalnetworkpolicies sgnp", "stagedglobalnetworkpolicies sgnp sgnps", _STAGED
    ),
    (CALICO, "StagedKubernetesNetworkPolicy"): Names(
        "stagedkubernetesnetworkpolicies sknp",
        "stagedkubernetesnetworkpolicies stagedkubernetespolicy stagedkubernetespolicies sknp skpol skpols",
        _STAGED,
    ),
    (CALICO, "HostEndpoint"): Names("hostendpoints hep heps", "hostendpoints hep heps"),
    (CALICO, "WorkloadEndpoint"): Names("", "workloadendpoints wep weps"),
    (CALICO, "Profile"): Names("profiles", "profiles pro pros"),
    (CALICO, "IPPool"): Names("ippools ipp ipps pool pools", "ippools ipp ipps pool pools"),
    (CALICO, "Node"): Names("", "nodes no nos"),
    (CALICO, "FelixConfiguration"): Names(
        "felixconfigurations felixconfig felixconfigs", "felixconfigurations felixconfig felixconfigs"
    ),
    (CALICO, "KubeControllersConfiguration"): Names(
        "kubecontrollersconfigurations kcc kccs",
        "kubecontrollersconfigurations kubecontrollersconfig kubecontrollersconfigs",
    ),
}


def page_of(kind: Kind) -> str:
    """The page's file; where Calico has a kind of the same name, Kubernetes' own says whose it is."""
    name = kind.name.lower()
    is_second = kind.api_version != CALICO and any((one.name, one.api_version) == (kind.name, CALICO) for one in KINDS)
    return f"kubernetes-{name}.md" if is_second else f"{name}.md"


def facts_of(kind: Kind) -> str:
    """Version, scope, names and release, as a list in Markdown."""
    names = NAMES[kind.api_version, kind.name]
    stored = f"; `{CALICO_STORAGE}`, its storage form, is read with a warning" if kind.api_version == CALICO else ""
    closed = kind.type.__struct_config__.forbid_unknown_fields
    lines = [
        f"- **API version**: `{kind.api_version}`{stored}",
        f"- **Scope**: {'in a namespace' if kind.namespaced else 'cluster-wide'}",
        f"- **Unknown fields**: {'problems' if closed else 'accepted and not read'}",
    ]
    lines += [
        f"- **Names in {program}**: {', '.join(f'`{name}`' for name in (kind.name.lower(), *texts.split()))}"
        for program, texts in (("kubectl", names.kubectl), ("calicoctl", names.calicoctl))
        if texts
    ]
    return "\n".join([*lines, *([f"- **Releases**: {names.releases}"] if names.releases else [])])
