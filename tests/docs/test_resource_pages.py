"""Every kind has a page: its names, an example that is valid, and each of its fields with a meaning."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.resources.felix_configuration import FelixConfigurationSpec
from percale.resources.kinds import CALICO, KINDS, Kind
from percale.resources.problems import InvalidInput
from percale.resources.rule import EntityRule, Rule
from percale.resources.wire import ObjectMeta

_DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(_DOCS / "hooks"))
_PAGES: Any = importlib.import_module("resource_pages")
_FIELDS: Any = importlib.import_module("resource_fields")
_MEANINGS: Any = importlib.import_module("resource_meanings")
_LIMITS: Any = importlib.import_module("resource_limits")
_NAMES: Any = importlib.import_module("resource_names")
sys.path.remove(str(_DOCS / "hooks"))

_EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADINGS = ("Example", "Behaviour", "Fields", "See also")

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.api_version} {kind.name}")


def written(name: str) -> str:
    """Empty without such a page, so that each test says what is missing."""
    path = _DOCS / str(_PAGES.FOLDER) / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def shown(name: str) -> str:
    return str(_PAGES.with_fields(written(name), f"{_PAGES.FOLDER}{name}"))


def page_of(kind: Kind) -> str:
    return str(_NAMES.page_of(kind))


def structs() -> Iterator[tuple[Kind, type[msgspec.Struct]]]:
    for kind in KINDS:
        for struct in _FIELDS.described_structs(kind.type):
            yield kind, struct


@each_kind
def test_a_kind_has_a_page_with_all_its_parts(kind: Kind) -> None:
    page = written(page_of(kind))
    assert page.startswith(f"# {kind.name}")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(_HEADINGS)
    assert _PAGES.FACTS in page
    assert _PAGES.FIELDS in page
    assert "how-it-works/" in page.partition("## See also")[2]


def test_every_page_is_of_a_kind() -> None:
    pages = {path.name for path in (_DOCS / _PAGES.FOLDER).glob("*.md")}
    assert pages == {page_of(kind) for kind in KINDS} | {"index.md"}


def test_no_two_kinds_share_a_page() -> None:
    assert len({page_of(kind) for kind in KINDS}) == len(KINDS)


@each_kind
def test_the_index_has_a_line_for_the_kind(kind: Kind) -> None:
    assert re.search(rf"^- \[{kind.name}[^\]]*\]\({re.escape(page_of(kind))}\): \S", written("index.md"), re.MULTILINE)


def test_names_are_those_of_the_kinds() -> None:
    assert _NAMES.NAMES.keys() == {(kind.api_version, kind.name) for kind in KINDS}


@each_kind
def test_versions_and_scope_are_shown(kind: Kind) -> None:
    page = shown(page_of(kind))
    assert f"**API version**: `{kind.api_version}`" in page
    assert ("crd.projectcalico.org/v1" in page) == (kind.api_version == CALICO)
    assert f"**Scope**: {'in a namespace' if kind.namespaced else 'cluster-wide'}\n" in page


@each_kind
def test_the_example_is_valid_and_of_the_kind(kind: Kind) -> None:
    [example] = _EXAMPLE.findall(written(page_of(kind)))
    manifests = decode(documents_in(example.encode(), page_of(kind)))
    assert [(one.api_version, one.kind) for one in manifests.resources] == [(kind.api_version, kind.name)]
    assert not manifests.warnings
    assert not manifests.passed_over


@pytest.mark.parametrize(
    ("struct", "name"),
    sorted({(struct, field.name) for _, struct in structs() for field in msgspec.structs.fields(struct)}, key=str),
    ids=lambda part: part if isinstance(part, str) else f"{part.__module__}.{part.__name__}",
)
def test_a_field_has_a_meaning(struct: type[msgspec.Struct], name: str) -> None:
    meaning = _MEANINGS.meaning_of(struct, name)
    assert meaning.endswith("."), "write a `#:` comment above the field: what it means, in a sentence"


@each_kind
def test_every_field_stands_once_on_the_page_of_its_kind(kind: Kind) -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", shown(page_of(kind)), re.MULTILINE)
    sections = re.split(r"^### ", shown(page_of(kind)).partition("## Fields")[2], flags=re.MULTILINE)
    for struct in _FIELDS.described_structs(kind.type):
        if struct is not ObjectMeta:
            ends = {field.encode_name for field in msgspec.structs.fields(struct)}
            assert ends <= {row.rpartition(".")[2] for row in rows}
    for section in sections:
        own = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
        assert len(own) == len(set(own))


@pytest.mark.parametrize("part", [Rule, EntityRule])
def test_what_stands_at_several_places_is_listed_once_with_all_of_them(part: type[msgspec.Struct]) -> None:
    section = shown("globalnetworkpolicy.md").partition(f"\n### {part.__name__}\n")[2].partition("\n### ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [
        field.encode_name for field in msgspec.structs.fields(part)
    ]
    places = {Rule: "`spec.ingress[]`, `spec.egress[]`.", EntityRule: "`spec.egress[].destination`."}
    assert places[part] in section


def test_common_metadata_is_on_the_index() -> None:
    for field in msgspec.structs.fields(ObjectMeta):
        assert f"| `metadata.{field.encode_name}` |" in shown("index.md")


def test_limits_are_of_fields_that_exist() -> None:
    known = {form for kind, struct in structs() for form in _forms(kind, struct)}
    assert _LIMITS.LIMITS.keys() <= known


def _forms(kind: Kind, struct: type[msgspec.Struct]) -> Iterator[str]:
    for base in struct.__mro__:
        for field in msgspec.structs.fields(struct):
            key = f"{base.__name__}.{field.name}"
            yield from (key, f"{kind.name}:{key}", f"{base.__module__.rpartition('.')[2]}.{key}")


@pytest.mark.parametrize(
    ("page", "row"),
    [
        ("tier.md", "| `spec.defaultAction` | string | `Deny` | `Pass`, `Deny` |"),
        ("tier.md", "| `spec.order` | number | 1000000 | finite |"),
        ("networkpolicy.md", "| `action` | string | required | `Allow`, `Deny`, `Log`, `Pass` |"),
        ("networkpolicy.md", "| `protocol` | integer or string |  | `TCP`, `UDP`, `ICMP`,"),
        ("networkset.md", "| `spec.nets` | list of strings |"),
        ("pod.md", "| `spec.hostNetwork` | boolean | `false` |"),
        ("cronjob.md", "| `spec.jobTemplate.spec.template.metadata` | [metadata](index.md#metadata) |"),
        (
            "workloadendpoint.md",
            "| `spec.qosControls.ingressBandwidth` | integer |  | 0, or 1000 to 1000000000000000 |",
        ),
        ("baselineadminnetworkpolicy.md", "| `spec.ingress[].action` | string | required | `Allow`, `Deny` |"),
        ("adminnetworkpolicy.md", "| `spec.ingress[].action` | string | required | `Allow`, `Deny`, `Pass` |"),
        ("hostendpoint.md", "| `spec.node` | string | required |"),
        ("felixconfiguration.md", "| `spec.healthPort` | integer | 9099 | 0 to 65535 |"),
    ],
)
def test_a_row_tells_type_default_and_limits(page: str, row: str) -> None:
    assert f"\n{row}" in shown(page)


def _limited() -> Iterator[object]:
    """Fields outside of lists whose limits are choices or a range, with a value beyond."""
    for kind in KINDS:
        for row in re.findall(
            r"^\| `(\w+(?:\.\w+)*)` (\|.*) \|$", shown(page_of(kind)).partition("\n### ")[0], re.MULTILINE
        ):
            path, limits = row[0], row[1].split(" | ")[2].strip()
            if re.fullmatch(r"`\w+`(?:, `\w+`)*(?:, in any case)?", limits):
                yield pytest.param(kind, path, "Nonsense", id=f"{kind.api_version} {kind.name} {path}")
            elif span := re.fullmatch(r"(?:0, or )?\d+ to (\d+)", limits):
                yield pytest.param(kind, path, int(span[1]) + 1, id=f"{kind.api_version} {kind.name} {path}")


@pytest.mark.parametrize(("kind", "path", "beyond"), tuple(_limited()))
def test_what_is_beyond_a_limit_is_a_problem(kind: Kind, path: str, beyond: object) -> None:
    [example] = _EXAMPLE.findall(written(page_of(kind)))
    [document] = documents_in(example.encode(), page_of(kind))
    *parents, last = path.split(".")
    part = document.data
    for name in parents:
        part = part.setdefault(name, {})
    part[last] = beyond
    with pytest.raises(InvalidInput) as refused:
        decode([document])
    assert path in {problem.path for problem in refused.value.problems}


def test_every_choice_of_felix_is_shown() -> None:
    page = shown("felixconfiguration.md")
    checks: Any = importlib.import_module("percale.resources.validation.felix_configurations")
    on_the_wire = {field.name: field.encode_name for field in msgspec.structs.fields(FelixConfigurationSpec)}
    for name, choices in (checks._IN_ANY_CASE | checks._EXACTLY).items():
        row = re.search(rf"^\| `spec\.{on_the_wire[name]}` \|.*$", page, re.MULTILINE)
        assert row
        assert all(f"`{choice}`" in row[0] for choice in choices)
