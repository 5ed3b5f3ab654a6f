"""The two sides of a comparison: manifests, a revision of git, the datastore."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import PurePosixPath

from percale.cli.exits import UsageError
from percale.cli.inputs import tell
from percale.cli.stores import stored_documents
from percale.host.git import files_at
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.report.problems import passed_over_text, problem_text
from percale.resources.decode import Manifests, decode
from percale.resources.documents import Document, documents_in, no_garbage_collection
from percale.resources.files import STDIN, SUFFIXES, holds_expectations, read
from percale.resources.problems import InvalidInput, Problem
from percale.selector.errors import printable

GIT, STORE = "git:", "store:"

FORMS = f"FILE, DIR, -, {GIT}REVISION:PATH, {GIT}A...B:PATH, {STORE}"


def worlds_of(given: Namespace) -> tuple[World, World]:
    """Both with what `-f` names beside; the problems of both sides at once."""
    sides = given.old, given.new
    if [*sides, *(given.files or ())].count(STDIN) > 1:
        raise UsageError("standard input can be one of the sides only", hint="write the other to a file")
    shared = read(given.files, stdin=sys.stdin.buffer) if given.files else []
    problems, read_in = list[Problem](), list[Manifests]()
    for side in sides:
        try:
            read_in.append(decode([*_documents(given, side), *shared]))
        except InvalidInput as invalid:
            problems += invalid.problems
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    if not given.quiet:
        _say(sides, read_in)
    old, new = map(world_of, read_in)
    return old, new


def _say(sides: tuple[str, str], read_in: Sequence[Manifests]) -> None:
    for warning in dict.fromkeys(warning for manifests in read_in for warning in manifests.warnings):
        tell(f"warning: {problem_text(warning)}")
    for side, manifests in zip(sides, read_in, strict=True):
        if passed_over := passed_over_text(manifests.passed_over):
            tell(f"{printable(side)}: {passed_over}")


def _documents(given: Namespace, side: str) -> list[Document]:
    if side == STORE:
        return stored_documents(given)
    if side.startswith(STORE):
        raise UsageError(f"`{side}` names no datastore", hint=f"write `{STORE}`, and say with --config which it is")
    return _at_revision(side) if side.startswith(GIT) else read([side], stdin=sys.stdin.buffer)


def _at_revision(side: str) -> list[Document]:
    revision, colon, path = side.removeprefix(GIT).partition(":")
    if not revision or not colon:
        raise UsageError(f"`{side}` names no revision and path", hint=f"write {GIT}main:k8s/, or {GIT}main...: for all")
    problems, documents, files = list[Problem](), list[Document](), 0
    with no_garbage_collection():
        for name, content in files_at(revision, path, _is_manifest):
            files += 1
            try:
                source = printable(f"{GIT}{revision}:{name}")
                documents += documents_in(content, source, may_be_empty=True)
            except InvalidInput as invalid:
                problems += invalid.problems
    if problems:
        raise InvalidInput(problems)
    if not documents:
        what = "resources" if files else "manifests"
        raise UsageError(f"no {what} in `{side}`", hint=f"these are read: {' '.join(SUFFIXES)}")
    return documents


def _is_manifest(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden and not holds_expectations(path.name)
