"""NetworkPolicy and GlobalNetworkPolicy of projectcalico.org/v3: libcalico-go/lib/validator/v3."""

import math
from collections.abc import Iterator
from typing import Literal

from percale.resources.calico_policy import (
    GlobalNetworkPolicy,
    GlobalPolicySpec,
    NetworkPolicy,
    PolicySpec,
)
from percale.resources.faults import Fault, Path
from percale.resources.rule import Rule
from percale.resources.validation import names
from percale.resources.validation.rules import RulePlace, rule_findings
from percale.resources.validation.schema import duplicates, too_many, unsupported
from percale.resources.validation.selectors import endpoint_selector_findings

MOST_RULES = 1024
TYPES = ("Ingress", "Egress")
PERFORMANCE_HINTS = ("AssumeNeededOnEveryNode",)


def policy_findings(policy: NetworkPolicy) -> Iterator[Fault]:
    return policy_spec_findings(policy.spec)


def global_policy_findings(policy: GlobalNetworkPolicy) -> Iterator[Fault]:
    return global_policy_spec_findings(policy.spec)


def policy_spec_findings(spec: PolicySpec) -> Iterator[Fault]:
    return _spec(spec, namespaced=True)


def global_policy_spec_findings(spec: GlobalPolicySpec) -> Iterator[Fault]:
    yield from _spec(spec, namespaced=False)
    yield from endpoint_selector_findings(spec.namespace_selector, ("spec", "namespaceSelector"))
    yield from _host_endpoint_modes(spec)


def order_findings(order: float | None) -> Iterator[Fault]:
    if order is not None and not math.isfinite(order):
        yield Fault(("spec", "order"), f"Invalid value: {order}: order must be a finite number")


def direction_findings(
    direction: Literal["ingress", "egress"], rules: tuple[Rule, ...], *, namespaced: bool
) -> Iterator[Fault]:
    path = ("spec", direction)
    yield from too_many(rules, MOST_RULES, path)
    for index, rule in enumerate(rules):
        yield from rule_findings(rule, RulePlace((*path, index), direction, namespaced))


def _spec(spec: PolicySpec, *, namespaced: bool) -> Iterator[Fault]:
    if spec.tier:
        yield from (Fault(("spec", "tier"), f"tier name: {wrong}") for wrong in names.subdomain(spec.tier))
    yield from order_findings(spec.order)
    yield from endpoint_selector_findings(spec.selector, ("spec", "selector"))
    yield from endpoint_selector_findings(spec.service_account_selector, ("spec", "serviceAccountSelector"))
    yield from _types(spec.types, ("spec", "types"))
    yield from direction_findings("ingress", spec.ingress, namespaced=namespaced)
    yield from direction_findings("egress", spec.egress, namespaced=namespaced)
    hints = ("spec", "performanceHints")
    yield from duplicates(spec.performance_hints, hints)
    for index, hint in enumerate(spec.performance_hints):
        yield from unsupported(hint, PERFORMANCE_HINTS, (*hints, index))


def _types(types: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for index, name in enumerate(types):
        if name in TYPES and name in types[:index]:
            yield Fault((*path, index), f"'{name}' type specified more than once")
        yield from unsupported(name, TYPES, (*path, index))


def _host_endpoint_modes(spec: GlobalPolicySpec) -> Iterator[Fault]:
    """What preDNAT and doNotTrack, which police host endpoints only, ask of the rest of the policy."""
    if spec.pre_dnat and spec.do_not_track:
        yield Fault(("spec", "preDNAT"), "preDNAT and doNotTrack cannot both be true")
    if spec.pre_dnat and spec.egress:
        yield Fault(("spec", "egress"), "preDNAT policy cannot have any egress rules")
    if spec.pre_dnat and "Egress" in spec.types:
        yield Fault(("spec", "types", spec.types.index("Egress")), "preDNAT policy cannot have 'Egress' type")
    if (spec.pre_dnat or spec.do_not_track) and not spec.apply_on_forward:
        says = "applyOnForward must be true if either preDNAT or doNotTrack is true"
        yield Fault(("spec", "applyOnForward"), says, "add `applyOnForward: true`")
