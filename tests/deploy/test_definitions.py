"""deploy/crds: as the types say it, and closed, so that a server keeps what was written and nothing else."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from percale.datastore.kubernetes.layout import INSTALLED
from percale.resources.documents import Document, documents_in
from percale.resources.kinds import CALICO, Kind
from percale.resources.problems import InvalidInput
from tools.custom_resource_definitions import DIRECTORY, definition, files

_ROOT = Path(__file__).parents[2]
KINDS = sorted((kind for kind in INSTALLED if kind.api_version == CALICO), key=lambda kind: kind.name)


def schema_of(kind: Kind) -> dict[str, Any]:
    (version,) = definition(kind)["spec"]["versions"]
    found: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return found


def pruned(schema: dict[str, Any], value: Any) -> Any:
    """What a server keeps of it."""
    if isinstance(value, dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        if schema.get("type") == "object" and not known and not others:
            return value
        return {name: pruned(known.get(name, others), one) for name, one in value.items() if name in known or others}
    return [pruned(schema["items"], one) for one in value] if isinstance(value, list) and "items" in schema else value


def written() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of Calico's in the examples and in the tests' files."""
    known = {kind.name for kind in KINDS}
    for file in sorted([*_ROOT.glob("examples/**/*.yaml"), *_ROOT.glob("tests/golden/**/*.yaml")]):
        yield from _written_in(file, known)


def _written_in(file: Path, known: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    documents: list[Document] = []
    with suppress(InvalidInput):
        documents = documents_in(file.read_bytes(), str(file))
    for document in documents:
        if document.data.get("apiVersion") == CALICO and document.data["kind"] in known:
            yield f"{document.data['kind']} {document.data['metadata']['name']}", document.data


WRITTEN = list(written())


def test_the_files_are_as_they_are_written_now() -> None:
    assert {file.name: file.read_text(encoding="utf-8") for file in DIRECTORY.iterdir()} == {
        file.name: text for file, text in files()
    }, "run python -m tools.custom_resource_definitions"


def test_there_are_resources_of_most_kinds_to_try() -> None:
    assert len({data["kind"] for _, data in WRITTEN}) >= 5


@pytest.mark.parametrize(("name", "data"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_a_server_keeps_all_of_a_resource(name: str, data: dict[str, Any]) -> None:
    (kind,) = [one for one in KINDS if one.name == data["kind"]]
    assert pruned(schema_of(kind), data) == data, name
    jsonschema.validate(json.loads(json.dumps(data)), schema_of(kind))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_schema_is_structural_and_closed(kind: Kind) -> None:
    open_places = list(_unclosed(schema_of(kind), kind.name))
    assert open_places in ([f"{kind.name}.status"], [f"{kind.name}.spec", f"{kind.name}.status"])
    assert (len(open_places) == 1) or kind.name == "FelixConfiguration"


def _unclosed(schema: dict[str, Any], path: str) -> Iterator[str]:
    """Every value has a type, or is an integer or a string; what takes any field is named."""
    assert schema.get("type") or schema.get("x-kubernetes-int-or-string"), path
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        yield path
    for name, one in sorted(schema.get("properties", {}).items()):
        yield from _unclosed(one, f"{path}.{name}")
    for inside in ("items", "additionalProperties"):
        if inside in schema:
            yield from _unclosed(schema[inside], path)


def test_no_two_kinds_share_a_name() -> None:
    names = [definition(kind)["spec"]["names"] for kind in KINDS]
    all_names = [one for found in names for one in {found["singular"], found["plural"], *found.get("shortNames", ())}]
    assert len(all_names) == len(set(all_names))


@pytest.mark.parametrize("file", sorted(_ROOT.glob("deploy/**/*.yaml")), ids=lambda file: file.name)
def test_kubectl_reads_the_file(file: Path) -> None:
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("kubectl is not installed")
    argv = [kubectl, "label", "--local", "--dry-run=client", "-o", "json", "-f", str(file), "checked=yes"]
    done = subprocess.run(argv, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
    documents = [one for one in yaml.safe_load_all(file.read_text(encoding="utf-8")) if one]
    assert done.stdout.count(b'"checked": "yes"') == len(documents)
