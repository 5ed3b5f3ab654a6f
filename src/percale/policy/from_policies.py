"""Any dialect's policy."""

from percale.policy import from_admin, from_calico, from_kubernetes
from percale.policy.policies import Policy
from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.decode import Located
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)


def policy_from(item: Located) -> Policy | None:
    """None for what is no policy."""
    match item.resource:
        case StagedNetworkPolicy() | StagedGlobalNetworkPolicy() | StagedKubernetesNetworkPolicy() as resource if (
            resource.spec.staged_action == "Delete"
        ):
            # It says that a policy is to go, and is itself none.
            return None
        case KubernetesNetworkPolicy() | StagedKubernetesNetworkPolicy() as resource:
            return from_kubernetes.policy_from(resource, item.document.place_of(()))
        case (
            NetworkPolicy() | GlobalNetworkPolicy() | StagedNetworkPolicy() | StagedGlobalNetworkPolicy()
        ) as resource:
            return from_calico.policy_from(resource, item.document.place_of(()))
        case ClusterNetworkPolicy() | AdminNetworkPolicy() | BaselineAdminNetworkPolicy() as resource:
            return from_admin.policy_from(resource, item.document.place_of(()))
        case _:
            return None
