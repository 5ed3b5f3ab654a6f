"""The resources page has every kind and every field that is read."""

import runpy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from percale.resources.kinds import KINDS, Kind
from percale.resources.rule import EntityRule, Rule

_DOCS = Path(__file__).parents[2] / "docs"
_HOOK: dict[str, Any] = runpy.run_path(str(_DOCS / "hooks/resources_page.py"))
_PAGE: str = _HOOK["on_page_markdown"]((_DOCS / "reference/resources.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.api_version} {kind.name}")
def test_every_kind_has_a_heading(kind: Kind) -> None:
    assert f"\n## {kind.name}, `{kind.api_version}`\n" in _PAGE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.api_version} {kind.name}")
def test_every_field_below_spec_is_in_its_kinds_table(kind: Kind) -> None:
    table = _PAGE.partition(f"\n## {kind.name}, `{kind.api_version}`\n")[2].partition("\n## ")[0]
    spec = next((field.type for field in msgspec.structs.fields(kind.type) if field.name == "spec"), None)
    for field in msgspec.structs.fields(spec) if spec else ():
        assert f"`spec.{field.encode_name}" in table


@pytest.mark.parametrize("part", [Rule, EntityRule])
def test_every_field_of_a_rule_is_in_its_table(part: type[msgspec.Struct]) -> None:
    table = _PAGE.partition(f"\n### {part.__name__} ")[2].partition("\n### ")[0]
    for field in msgspec.structs.fields(part):
        assert f"| `{field.encode_name}` |" in table


def test_remarks_are_about_fields_that_exist() -> None:
    fields = {f"{struct.__name__}.{field.name}" for struct in _structs() for field in msgspec.structs.fields(struct)}
    assert _HOOK["REMARKS"].keys() <= fields


def _structs() -> set[type[msgspec.Struct]]:
    found: set[type[msgspec.Struct]] = set()
    above = [msgspec.Struct]
    while above:
        below = set(above.pop().__subclasses__()) - found
        found |= below
        above += below
    return found
