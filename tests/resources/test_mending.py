"""A document that is not its kind: the rest of it is checked as well, and nothing is said that only follows."""

import copy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.resources.faults import faults, written
from percale.resources.kinds import Kind, kind_of
from percale.resources.mending import mended
from percale.resources.problems import InvalidInput
from percale.resources.validation import findings
from percale.resources.whole_numbers import converted
from resources.validation_cases import VALID, Expected, Manifest, global_policy, kubernetes_policy, policy, resource
from resources.validation_cases_damaged import damaged_documents

Steps = tuple[str | int, ...]
TABLES = sorted(path.stem for path in Path(__file__).parent.glob("test_validation_*.py"))
#: Rows at the limits of lists are long, and have no parts that shorter ones lack.
LONGEST = 5000


def rows(table: str) -> Iterator[tuple[Manifest, Expected]]:
    for test in vars(import_module(f"resources.{table}")).values():
        for mark in getattr(test, "pytestmark", ()):
            if mark.name == "parametrize" and mark.args[0] == ("manifest", "expected"):
                yield from (row.values for row in mark.args[1] if len(str(row.values)) < LONGEST)


def kind_named(manifest: Manifest) -> Kind:
    kind = kind_of(manifest["apiVersion"], manifest["kind"])
    assert kind
    return kind


def reported(*manifests: Manifest) -> list[tuple[str, str]]:
    documents = [one for manifest in manifests for one in documents_in(msgspec.json.encode(manifest), "input.json")]
    with pytest.raises(InvalidInput) as refusal:
        decode(documents)
    return [(problem.path, problem.says) for problem in refusal.value.problems]


def parts(data: Any, path: Steps = ()) -> Iterator[Steps]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from parts(item, (*path, step))


def damaged(manifest: Manifest, path: Steps) -> Iterator[Manifest]:
    """The manifest with that part of another type, under a misspelt name, and left out."""
    *above, last = path
    for misspelt, item in ((last, []), (last, True), (f"{last}x", None), (None, None)):
        found = copy.deepcopy(manifest)
        here: Any = found
        for step in above:
            here = here[step]
        if isinstance(here, dict):
            was = here.pop(last)
            if misspelt is not None:
                here[misspelt] = was if item is None else item
        elif item is not None:
            here[last] = item
        yield found


def still_said(manifest: Manifest) -> list[tuple[str, str]]:
    kind = kind_named(manifest)
    rest = mended(kind.type, manifest)
    found = findings(kind, converted(rest.data, kind.type))
    return [(written(fault.path), fault.says) for fault in found if not rest.accounts_for(fault)]


@pytest.mark.parametrize("table", TABLES)
def test_what_is_right_but_for_one_part_has_no_problem_of_meaning(table: str) -> None:
    valid = {tuple(parts(manifest)): manifest for manifest, expected in rows(table) if expected == VALID}
    assert valid
    for manifest in valid.values():
        for path in parts(manifest):
            for one in damaged(manifest, path):
                if path[0] not in ("apiVersion", "kind") and faults(kind_named(one).type, one):
                    assert still_said(one) == [], written(path)


@pytest.mark.parametrize("table", TABLES)
def test_problems_of_meaning_are_told_beside_one_of_form(table: str) -> None:
    for manifest, expected in rows(table):
        broken = copy.deepcopy(manifest)
        broken["metadata"]["finalizers"] = True
        assert faults(kind_named(broken).type, broken)
        said = still_said(broken)
        for path, says in expected:
            assert any(path == told and says in text for told, text in said), (path, says, said)


@given(damaged_documents())
def test_what_is_left_is_of_its_kind(damaged: tuple[Kind, dict[str, Any]]) -> None:
    kind, data = damaged
    rest = mended(kind.type, data)
    assert faults(kind.type, rest.data) == []
    left = converted(rest.data, kind.type)
    assert faults(kind.type, data) or (left == converted(data, kind.type) and not rest.in_doubt)


@pytest.mark.parametrize(
    ("manifest", "paths"),
    [
        (policy(order="high", selector="a =="), ["spec.order", "spec.selector"]),
        (policy(order="high", types=["Up"], ingress=[{"action": "Alow"}]), ["order", "types[0]", "ingress[0].action"]),
        (policy(ingress=[7, {"action": "Alow"}]), ["ingress[0]", "ingress[1].action"]),
        (policy(ingress=[{"source": {"nets": ["x"]}}]), ["ingress[0]", "ingress[0].source.nets[0]"]),
        (policy(selectr="a ==", tier="A B"), ["selectr", "tier"]),
        (global_policy(preDNAT=True, applyOnForwrd=True, order=[]), ["applyOnForwrd", "order"]),
        (kubernetes_policy(podSelector=3, policyTypes=["Up"]), ["podSelector", "policyTypes[0]"]),
        (resource("GlobalNetworkPolicy", {"order": "1"}, name="A_B"), ["metadata.name", "order"]),
    ],
    ids=str,
)
def test_all_that_is_wrong_is_told_at_once(manifest: Manifest, paths: list[str]) -> None:
    assert sorted(path.removeprefix("spec.") for path, _ in reported(manifest)) == sorted(
        path.removeprefix("spec.") for path in paths
    )


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (policy(order="high"), True),
        (policy(selector="a =="), True),
        (policy() | {"metadata": {"name": "web", "namespace": ["shop"]}}, False),
        (policy() | {"metadata": {"name": "web", "namespac": "shop"}}, False),
    ],
    ids=str,
)
def test_a_second_resource_of_the_name_is_noticed_beside_a_broken_one(first: Manifest, says: bool) -> None:  # noqa: FBT001
    told = [path for path, text in reported(first, policy()) if text.startswith("declared twice")]
    assert told == (["metadata.name"] if says else [])
