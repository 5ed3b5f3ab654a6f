"""Policies on trial: shown beside the enforced ones, never decisive.

Source: Calico's api/pkg/apis/projectcalico/v3/stagednetworkpolicy.go.
"""

from percale.resources.calico_policy import GlobalPolicySpec, PolicySpec
from percale.resources.kubernetes_policy import KubernetesPolicySpec
from percale.resources.wire import Resource


class StagedPolicySpec(PolicySpec, frozen=True, kw_only=True):
    """A NetworkPolicy's fields and what is to become of them."""

    #: What is to become of the policy: `Set` stages it to be created or changed, `Delete` stages the removal of the
    #: enforced one. `Learn` and `Ignore` are tried out as `Set` is; an object with `Delete` is left out.
    staged_action: str = "Set"


class StagedGlobalPolicySpec(GlobalPolicySpec, frozen=True, kw_only=True):
    """A GlobalNetworkPolicy's fields and what is to become of them."""

    #: What is to become of the policy: `Set` stages it to be created or changed, `Delete` stages the removal of the
    #: enforced one. `Learn` and `Ignore` are tried out as `Set` is; an object with `Delete` is left out.
    staged_action: str = "Set"


class StagedKubernetesPolicySpec(KubernetesPolicySpec, frozen=True):
    """The four fields of a Kubernetes NetworkPolicy; always in tier `default` with order 1000."""

    #: What is to become of the policy: `Set` stages it to be created or changed, `Delete` stages the removal of the
    #: enforced one. `Learn` and `Ignore` are tried out as `Set` is; an object with `Delete` is left out.
    staged_action: str = "Set"


class StagedNetworkPolicy(Resource, frozen=True, kw_only=True):
    """What a NetworkPolicy would do if it were enforced."""

    #: The policy that is on trial.
    spec: StagedPolicySpec = StagedPolicySpec()


class StagedGlobalNetworkPolicy(Resource, frozen=True, kw_only=True):
    """What a GlobalNetworkPolicy would do if it were enforced."""

    #: The policy that is on trial.
    spec: StagedGlobalPolicySpec = StagedGlobalPolicySpec()


class StagedKubernetesNetworkPolicy(Resource, frozen=True, kw_only=True):
    """What a Kubernetes NetworkPolicy would do if it were enforced."""

    #: The policy that is on trial.
    spec: StagedKubernetesPolicySpec = StagedKubernetesPolicySpec()
