"""Staged policies: their action, and what `Delete` leaves no room for. libcalico-go/lib/validator/v3."""

from collections.abc import Iterator

import msgspec

from percale.resources.faults import Fault
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)
from percale.resources.validation.calico_policies import global_policy_spec_findings, policy_spec_findings
from percale.resources.validation.kubernetes_policies import kubernetes_policy_spec_findings
from percale.resources.validation.schema import unsupported

STAGED_ACTIONS = ("Set", "Delete", "Learn", "Ignore")

_NOT_EMPTY = "Spec fields, except Tier, should all be zero-value if stagedAction is Delete"
_NOT_EMPTY_KUBERNETES = "Spec fields should all be zero-value if stagedAction is Delete"


def staged_policy_findings(policy: StagedNetworkPolicy) -> Iterator[Fault]:
    spec = policy.spec
    yield from _action(spec.staged_action)
    if spec.staged_action == "Delete" and spec != type(spec)(tier=spec.tier, staged_action="Delete"):
        yield Fault(("spec",), _NOT_EMPTY, _superfluous(spec))
    else:
        yield from policy_spec_findings(spec)


def staged_global_policy_findings(policy: StagedGlobalNetworkPolicy) -> Iterator[Fault]:
    spec = policy.spec
    yield from _action(spec.staged_action)
    if spec.staged_action == "Delete" and spec != type(spec)(tier=spec.tier, staged_action="Delete"):
        yield Fault(("spec",), _NOT_EMPTY, _superfluous(spec))
    else:
        yield from global_policy_spec_findings(spec)


def staged_kubernetes_policy_findings(policy: StagedKubernetesNetworkPolicy) -> Iterator[Fault]:
    spec = policy.spec
    yield from _action(spec.staged_action)
    if spec.staged_action == "Delete" and spec != type(spec)(staged_action="Delete"):
        yield Fault(("spec",), _NOT_EMPTY_KUBERNETES, _superfluous(spec))
    else:
        yield from kubernetes_policy_spec_findings(spec)


def _action(action: str) -> Iterator[Fault]:
    return unsupported(action, STAGED_ACTIONS, ("spec", "stagedAction"))


def _superfluous(spec: msgspec.Struct) -> str:
    kept = {"tier", "stagedAction"}
    names = [field.encode_name for field in msgspec.structs.fields(spec) if getattr(spec, field.name) != field.default]
    return "leave out " + ", ".join(f"`{name}`" for name in names if name not in kept)
