"""What the verbs read with `-f`: manifests fit to be stored, or every problem that they have."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from percale.cli.inputs import add_config, tell
from percale.datastore.defaulting import with_defaults
from percale.datastore.keys import Key, Manifest, key_of
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.report.problems import problem_text
from percale.resources.decode import decode
from percale.resources.documents import Document
from percale.resources.files import read
from percale.resources.kinds import CALICO, CALICO_STORAGE, Kind, kind_of
from percale.resources.problems import InvalidInput, Place, Problem

#: What is said of input without resources, once `--skip-empty` has made it no error.
NOTHING = "No resources specified"


def add_files(parser: ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "-f",
        "--filename",
        dest="files",
        action="append",
        required=required,
        metavar="FILE|DIR|-",
        help="a file, the manifests of a directory, or - for standard input; may be repeated",
    )
    parser.add_argument("-R", "--recursive", action="store_true", help="directories with all below them")
    parser.add_argument("--skip-empty", action="store_true", help="files without resources are no error")
    parser.add_argument("-n", "--namespace", default="", help="of resources that name none; by default `default`")
    parser.add_argument("-q", "--quiet", action="store_true", help="no warnings")
    add_config(parser)


def manifests_to_write(given: Namespace) -> Sequence[Manifest]:
    """Validated as `percale validate` does; raises InvalidInput with all problems at once."""
    documents, problems = _documents(given)
    try:
        decoded = decode(documents)
    except InvalidInput as invalid:
        problems += invalid.problems
    if problems:
        raise InvalidInput(sorted(problems, key=lambda problem: problem.place))
    for warning in () if given.quiet else decoded.warnings:
        tell(f"warning: {problem_text(warning)}")
    return [with_defaults(document.data) for document in documents]


def validated(manifest: Any, source: str) -> Manifest:  # noqa: ANN401  what an edit has made of a manifest
    """The manifest, once it has been checked as one from a file; raises InvalidInput."""
    if not isinstance(manifest, dict):
        raise InvalidInput([Problem(Place(source), "a resource must be a mapping")])
    document = Document(source, manifest, lambda _: Place(source))
    if _kind(document) is None:
        raise InvalidInput([_unknown(document)])
    decode([document])
    return with_defaults(manifest)


def keys_in_files(given: Namespace) -> Sequence[Key]:
    """Of what the files name, whatever else they say about it: what is invalid by now can still be deleted."""
    documents, problems = _documents(given)
    if problems:
        raise InvalidInput(problems)
    return list(dict.fromkeys(key_of(document.data) for document in documents))


def _documents(given: Namespace) -> tuple[list[Document], list[Problem]]:
    read_from = read(given.files, stdin=sys.stdin.buffer, recursive=given.recursive, may_be_empty=given.skip_empty)
    documents: list[Document] = []
    problems: list[Problem] = []
    for document in read_from:
        kind = _kind(document)
        found = [_unknown(document)] if kind is None else list(_unfit(document, kind, given.namespace))
        problems += found
        if kind and not found:
            documents.append(_in_namespace(document, kind, given.namespace))
    return documents, problems


def _kind(document: Document) -> Kind | None:
    api_version, name = document.data.get("apiVersion"), document.data.get("kind")
    if not isinstance(api_version, str) or not isinstance(name, str) or api_version == CALICO_STORAGE:
        return None
    return kind_of(api_version, name)


def _unknown(document: Document) -> Problem:
    api_version, name = document.data.get("apiVersion"), document.data.get("kind")
    says = f"unknown resource type ({name}) and/or version ({api_version})"
    hint = f"`{CALICO_STORAGE}` is Calico's storage form: write `{CALICO}`" if api_version == CALICO_STORAGE else ""
    return Problem(document.place_of(("kind",)), says, hint=hint)


def _unfit(document: Document, kind: Kind, namespace: str) -> Iterator[Problem]:
    metadata = document.data.get("metadata")
    if not isinstance(metadata, dict):
        # What form it should have is said by decoding.
        metadata = {}
    if not metadata.get("name"):
        yield Problem(document.place_of(("metadata",)), "resource name may not be empty", "metadata.name", kind.name)
    own = metadata.get("namespace", "")
    if kind.namespaced and namespace and own not in ("", namespace):
        says = f"resource namespace does not match client namespace. {own} != {namespace}"
        yield Problem(document.place_of(("metadata", "namespace")), says, "metadata.namespace", kind.name)
    if not _is_json(document.data):
        yield Problem(document.place_of(()), "a number that is infinite or none cannot be stored", subject=kind.name)


def _is_json(data: dict[str, Any]) -> bool:
    try:
        json.dumps(data, allow_nan=False)
    except ValueError:
        return False
    return True


def _in_namespace(document: Document, kind: Kind, namespace: str) -> Document:
    metadata = document.data["metadata"]
    if not kind.namespaced or metadata.get("namespace"):
        return document
    filled = {**metadata, "namespace": namespace or DEFAULT_NAMESPACE}
    return replace(document, data={**document.data, "metadata": filled})
