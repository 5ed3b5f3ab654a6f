"""Tiers, of which three are built in and cannot be changed: libcalico-go/lib/clientv3/tier.go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from percale.resources.calico_policy import Tier
from percale.resources.faults import Fault
from percale.resources.validation.calico_policies import order_findings
from percale.resources.validation.schema import unsupported

#: What the API gives to a tier that names no order.
DEFAULT_ORDER = 1_000_000


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    order: int
    default_action: str


_BUILT_IN: Mapping[str, _BuiltIn] = {
    "kube-admin": _BuiltIn(1000, "Pass"),
    "default": _BuiltIn(DEFAULT_ORDER, "Deny"),
    "kube-baseline": _BuiltIn(10_000_000, "Pass"),
}


def tier_findings(tier: Tier) -> Iterator[Fault]:
    yield from order_findings(tier.spec.order)
    yield from unsupported(tier.spec.default_action, ("Pass", "Deny"), ("spec", "defaultAction"))
    if built_in := _BUILT_IN.get(tier.metadata.name):
        yield from _unchanged(tier, built_in)


def _unchanged(tier: Tier, built_in: _BuiltIn) -> Iterator[Fault]:
    name, order = tier.metadata.name, tier.spec.order
    if (DEFAULT_ORDER if order is None else order) != built_in.order:
        says = f"{name} tier order must be {built_in.order}"
        yield Fault(("spec", "order"), says, f"write `order: {built_in.order}`")
    if tier.spec.default_action != built_in.default_action:
        says = f"The '{name}' tier must have default action '{built_in.default_action}'"
        yield Fault(("spec", "defaultAction"), says, f"write `defaultAction: {built_in.default_action}`")
