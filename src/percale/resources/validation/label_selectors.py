"""Kubernetes' structured label selectors."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.kubernetes_policy import LabelSelector, LabelSelectorRequirement
from percale.resources.validation import names
from percale.resources.validation.metadata import label_findings
from percale.selector.errors import shortened

_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")
_BY_ANY_CASE = {name.casefold(): name for name in _WITH_VALUES + _WITHOUT_VALUES}


def label_selector_findings(selector: LabelSelector, path: Path) -> Iterator[Fault]:
    yield from label_findings(selector.match_labels, (*path, "matchLabels"))
    for index, requirement in enumerate(selector.match_expressions):
        yield from _requirement(requirement, (*path, "matchExpressions", index))


def _requirement(requirement: LabelSelectorRequirement, path: Path) -> Iterator[Fault]:
    yield from (Fault((*path, "key"), f"label key: {wrong}") for wrong in names.label_key(requirement.key))
    yield from _operator(requirement, path)
    for index, value in enumerate(requirement.values):
        yield from (Fault((*path, "values", index), f"label value: {wrong}") for wrong in names.label_value(value))


def _operator(requirement: LabelSelectorRequirement, path: Path) -> Iterator[Fault]:
    operator, values = requirement.operator, requirement.values
    if operator in _WITH_VALUES and not values:
        yield Fault((*path, "values"), "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in _WITHOUT_VALUES and values:
        yield Fault((*path, "values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    elif operator not in _WITH_VALUES + _WITHOUT_VALUES:
        right = _BY_ANY_CASE.get(operator.casefold())
        hint = f"did you mean `{right}`?" if right else "write `In`, `NotIn`, `Exists` or `DoesNotExist`"
        yield Fault((*path, "operator"), f"`{shortened(operator)}` is not a valid label selector operator", hint)
