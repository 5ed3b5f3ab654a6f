"""Manifests from files, directories and standard input, and the expectations that are kept beside them."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from percale.resources.documents import Document, documents_in, no_garbage_collection
from percale.resources.limits import MAX_BYTES
from percale.resources.problems import InvalidInput, Place, Problem
from percale.selector.errors import printable

#: What a directory is searched for; a file that is named may be called anything.
SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "-"
#: How the names of files end that hold expectations, which are no manifests.
EXPECTATIONS = tuple(f".percale{suffix}" for suffix in SUFFIXES)


def read(
    paths: Sequence[str], *, stdin: BinaryIO | None = None, recursive: bool = True, may_be_empty: bool = False
) -> list[Document]:
    """All manifests in the order of the paths; raises InvalidInput with every problem of all files."""
    documents, problems = readable(paths, stdin=stdin, recursive=recursive, may_be_empty=may_be_empty)
    if problems:
        raise InvalidInput(problems)
    return documents


def readable(
    paths: Sequence[str], *, stdin: BinaryIO | None = None, recursive: bool = True, may_be_empty: bool = False
) -> tuple[list[Document], list[Problem]]:
    """The documents of the files that can be read, and what is wrong with the others."""
    return _read(paths, _How(stdin or sys.stdin.buffer, [], recursive=recursive, may_be_empty=may_be_empty))


def read_expectations(paths: Sequence[str]) -> list[Document]:
    """Of the files beside the manifests, if there are any; standard input has none."""
    how = _How(sys.stdin.buffer, [], recursive=True, may_be_empty=True, of_expectations=True)
    documents, problems = _read([path for path in paths if path != STDIN], how)
    if problems:
        raise InvalidInput(problems)
    return documents


def holds_expectations(name: str) -> bool:
    """By the name of a file; `.percale.yaml` alone is settings."""
    return name.lower().endswith(EXPECTATIONS) and not Path(name).name.startswith(".")


def _read(paths: Sequence[str], how: "_How") -> tuple[list[Document], list[Problem]]:
    problems = how.problems
    documents: list[Document] = []
    if paths.count(STDIN) > 1:
        problems.append(Problem(Place("<stdin>"), "standard input is named twice", hint="name `-` once"))
    with no_garbage_collection():
        for path in dict.fromkeys(paths) if problems else paths:
            try:
                documents += _documents(path, how)
            except InvalidInput as invalid:
                problems += invalid.problems
    return documents, problems


@dataclass(frozen=True, slots=True)
class _How:
    """`problems` is where those of a directory's files are kept, so that the other files are read."""

    stdin: BinaryIO
    problems: list[Problem]
    recursive: bool
    may_be_empty: bool
    of_expectations: bool = False

    def reads(self, name: str) -> bool:
        return holds_expectations(name) is self.of_expectations


def _documents(path: str, how: _How) -> list[Document]:
    if path == STDIN:
        return documents_in(how.stdin.read(MAX_BYTES + 1), "<stdin>", may_be_empty=how.may_be_empty)
    if Path(path).is_dir():
        return _directory(Path(path), how)
    if not how.reads(path):
        return []
    return documents_in(_content(Path(path)), printable(path), may_be_empty=how.may_be_empty)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _invalid(path, "no such file or directory") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _directory(top: Path, how: _How) -> list[Document]:
    """A file of comments is nothing unusual here; a directory without any resource is, and without expectations."""
    documents: list[Document] = []
    files, others, known = 0, 0, len(how.problems)
    for found in _manifests(top, set(), recursive=how.recursive):
        if isinstance(found, Path) and not how.reads(found.name):
            others += 1
            continue
        files += 1
        try:
            if isinstance(found, InvalidInput):
                raise found
            documents += documents_in(_content(found), printable(str(found)), may_be_empty=True)
        except InvalidInput as invalid:
            how.problems.extend(invalid.problems)
    if not documents and not others and not how.may_be_empty and len(how.problems) == known:
        says = "holds no resource" if files else "holds no manifest"
        raise _invalid(top, says, hint="" if files else f"these are read: {' '.join(SUFFIXES)}")
    return documents


def _manifests(directory: Path, seen: set[tuple[int, int]], *, recursive: bool) -> Iterator[Path | InvalidInput]:
    """Files in the order of their names; what cannot be listed is handed out as what is wrong with it.

    Links to directories are followed, but no directory is entered twice.
    """
    try:
        status = directory.stat()
        entries = sorted(directory.iterdir())
    except OSError as error:
        yield _unreadable(directory, error)
        return
    if (identity := (status.st_dev, status.st_ino)) in seen:
        return
    seen.add(identity)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if recursive:
                yield from _manifests(entry, seen, recursive=True)
        elif entry.suffix.lower() in SUFFIXES and (entry.is_file() or not entry.exists()):
            yield entry


def _unreadable(path: Path, error: OSError | ValueError) -> InvalidInput:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _invalid(path, f"cannot be read: {reason[:1].lower()}{reason[1:]}")


def _invalid(path: Path, says: str, *, hint: str = "") -> InvalidInput:
    return InvalidInput([Problem(Place(printable(str(path))), says, hint=hint)])
