"""The slow walk and the quick decoder must agree on what a document of a kind is."""

from typing import Any

import msgspec
import pytest
from hypothesis import given

from percale.resources.calico_policy import NetworkPolicy
from percale.resources.faults import Fault, faults, written
from percale.resources.kinds import KINDS, AnyResource, Kind
from percale.resources.whole_numbers import converted
from resources.validation_cases_damaged import damaged_documents, document


def accepted(kind: type[AnyResource], data: object) -> bool:
    try:
        converted(data, kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", sorted({kind.type for kind in KINDS}, key=str), ids=lambda kind: kind.__name__)
def test_an_undamaged_document_has_no_faults(kind: type[AnyResource]) -> None:
    assert accepted(kind, document(kind))
    assert faults(kind, document(kind)) == []


@given(damaged_documents())
def test_the_walk_finds_faults_exactly_where_the_decoder_refuses(damaged: tuple[Kind, dict[str, Any]]) -> None:
    kind, data = damaged
    assert accepted(kind.type, data) == (not faults(kind.type, data))


@pytest.mark.parametrize("data", [None, [], "text", 1, True], ids=str)
def test_what_is_no_mapping_is_no_resource(data: object) -> None:
    assert faults(NetworkPolicy, data)


def test_every_fault_is_named_with_its_place() -> None:
    data = {
        "apiVersion": "projectcalico.org/v3",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "labels": {"tier": 3}},
        "spec": {"order": "10", "ingress": [{"destination": {"port": [80]}}], "ports": []},
    }
    assert [(written(fault.path), fault.says) for fault in faults(NetworkPolicy, data)] == [
        ("metadata.labels.tier", "expected a string, found the number 3"),
        ("spec.order", "expected a number, found the string '10'"),
        ("spec.ingress[0].destination.port", "unknown field `port`"),
        ("spec.ingress[0]", "field `action` is missing"),
        ("spec.ports", "unknown field `ports`"),
    ]


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (
            {"ingress": [{"action": "Allow", "ports": [80]}]},
            Fault(
                ("spec", "ingress", 0, "ports"),
                "unknown field `ports`",
                "`ports` belongs in `destination` or `source`",
            ),
        ),
        (
            {"selectr": "all()"},
            Fault(("spec", "selectr"), "unknown field `selectr`", "did you mean `selector`?"),
        ),
        (
            {"selector": True},
            Fault(("spec", "selector"), "expected a string, found true", 'put it in quotes: "true"'),
        ),
        (
            {1: "x"},
            Fault(("spec",), "expected a string as key, found the number 1", 'put it in quotes: "1"'),
        ),
    ],
    ids=["misplaced", "misspelt", "unquoted", "key that is no string"],
)
def test_a_hint_says_what_would_be_right(spec: dict[Any, Any], fault: Fault) -> None:
    assert faults(NetworkPolicy, {"apiVersion": "v", "kind": "k", "spec": spec}) == [fault]
