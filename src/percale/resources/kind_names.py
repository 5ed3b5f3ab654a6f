"""What kinds are called on a command line: by calicoctl, or by kubectl.

Source: Calico's libcalico-go/lib/backend/k8s/resources.
"""

from percale.resources.kinds import ADMIN, CALICO, KINDS, Kind

#: Singular and plural first; of those that both calicoctl and kubectl know, calicoctl's meaning counts.
_NAMES = {
    (CALICO, "NetworkPolicy"): "networkpolicy networkpolicies policy np policies pol pols caliconetworkpolicy cnp",
    (CALICO, "GlobalNetworkPolicy"): "globalnetworkpolicy globalnetworkpolicies gnp gnps cgnp",
    (CALICO, "StagedNetworkPolicy"): "stagednetworkpolicy stagednetworkpolicies stagedpolicy snp stagedpolicies spol "
    "spols scnp",
    (CALICO, "StagedGlobalNetworkPolicy"): "stagedglobalnetworkpolicy stagedglobalnetworkpolicies sgnp sgnps",
    (CALICO, "StagedKubernetesNetworkPolicy"): "stagedkubernetesnetworkpolicy stagedkubernetesnetworkpolicies "
    "stagedkubernetespolicy stagedkubernetespolicies sknp skpol skpols",
    (CALICO, "Tier"): "tier tiers",
    (CALICO, "NetworkSet"): "networkset networksets netsets netset",
    (CALICO, "GlobalNetworkSet"): "globalnetworkset globalnetworksets gnetsets gns",
    (CALICO, "HostEndpoint"): "hostendpoint hostendpoints hep heps",
    (CALICO, "WorkloadEndpoint"): "workloadendpoint workloadendpoints wep weps",
    (CALICO, "Profile"): "profile profiles pro pros",
    (CALICO, "IPPool"): "ippool ippools ipp ipps pool pools",
    (CALICO, "Node"): "node nodes no nos",
    (CALICO, "FelixConfiguration"): "felixconfiguration felixconfigurations felixconfig felixconfigs",
    (CALICO, "KubeControllersConfiguration"): "kubecontrollersconfiguration kubecontrollersconfigurations "
    "kubecontrollersconfig kubecontrollersconfigs kcc kccs",
    ("networking.k8s.io/v1", "NetworkPolicy"): "networkpolicy networkpolicies netpol",
    (f"{ADMIN}/v1alpha2", "ClusterNetworkPolicy"): "clusternetworkpolicy clusternetworkpolicies",
    (f"{ADMIN}/v1alpha1", "AdminNetworkPolicy"): "adminnetworkpolicy adminnetworkpolicies anp",
    (f"{ADMIN}/v1alpha1", "BaselineAdminNetworkPolicy"): "baselineadminnetworkpolicy baselineadminnetworkpolicies banp",
    ("v1", "Namespace"): "namespace namespaces ns",
    ("v1", "ServiceAccount"): "serviceaccount serviceaccounts sa",
    ("v1", "Node"): "node nodes",
    ("v1", "Pod"): "pod pods po",
    ("v1", "Service"): "service services svc",
    ("v1", "Endpoints"): "endpoints endpoints ep",
    ("discovery.k8s.io/v1", "EndpointSlice"): "endpointslice endpointslices",
    ("apps/v1", "Deployment"): "deployment deployments deploy",
    ("apps/v1", "StatefulSet"): "statefulset statefulsets sts",
    ("apps/v1", "DaemonSet"): "daemonset daemonsets ds",
    ("apps/v1", "ReplicaSet"): "replicaset replicasets rs",
    ("batch/v1", "Job"): "job jobs",
    ("batch/v1", "CronJob"): "cronjob cronjobs cj",
}


def names_of(kind: Kind) -> list[str]:
    """Singular, plural, and short ones."""
    return _NAMES[kind.api_version, kind.name].split()


def qualified_name(kind: Kind) -> str:
    """As kubectl's `-o name` has it: `networkpolicy.networking.k8s.io`, `pod`."""
    group, slash, _ = kind.api_version.partition("/")
    return f"{names_of(kind)[0]}.{group}" if slash else names_of(kind)[0]


def kind_called(text: str) -> Kind | None:
    """By any of its names in any case; with the group behind it, or `.v1`, where Calico's kind is not meant."""
    return _BY_NAME.get(text.lower())


def _by_name() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    # Calico's kinds come last, so theirs is a name that Kubernetes has as well.
    for kind in sorted(KINDS, key=lambda kind: kind.api_version == CALICO):
        group, slash, _ = kind.api_version.partition("/")
        for name in names_of(kind):
            found[name] = found[f"{name}.{group if slash else kind.api_version}"] = kind
    return found


_BY_NAME = _by_name()
