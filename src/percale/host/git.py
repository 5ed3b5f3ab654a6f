"""Files as a git repository keeps them, read without a checkout; whatever attributes say of exporting is left aside."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from percale.errors import PercaleError
from percale.host.commands import CommandFailed, run, run_binary

_SUBMODULE = "160000"


class NoRepository(PercaleError):
    """None here, or none that git wants to read."""


class NotInRepository(PercaleError):
    """No such revision, or no such path in it."""


def files_at(revision: str, path: str, wanted: Callable[[PurePosixPath], bool]) -> Iterator[tuple[str, bytes]]:
    """Those of a directory that are wanted, or the one that the path names; `A...B` is where A and B parted."""
    commit = _commit(revision)
    inside = _normal(path)
    spec = f"{commit}:{inside}"
    try:
        kind = run(["git", "cat-file", "-t", spec]).strip()
    except CommandFailed as failure:
        raise NotInRepository(
            f"revision `{revision}` has no `{inside}`", hint="paths begin at the repository's top"
        ) from failure
    names = [inside] if kind == "blob" else _names(spec, inside, wanted)
    yield from zip(names, _contents([f"{commit}:{name}" for name in names]), strict=True)


def _normal(path: str) -> str:
    """Without what means nothing: `./k8s/` is `k8s`, and `.` the whole tree."""
    found = PurePosixPath(path)
    if found.is_absolute() or ".." in found.parts:
        raise NotInRepository(f"`{path}` is no path inside a repository", hint="paths begin at the repository's top")
    if "\n" in path or "\0" in path:
        raise NotInRepository("a path of git may not hold a line's end here")
    return "" if found == PurePosixPath() else str(found)


def _commit(revision: str) -> str:
    _in_repository()
    first, dots, second = revision.partition("...")
    if not dots:
        return _verified(revision)
    try:
        return run(["git", "merge-base", _verified(first or "HEAD"), _verified(second or "HEAD")]).strip()
    except CommandFailed as failure:
        raise NotInRepository(f"`{first or 'HEAD'}` and `{second or 'HEAD'}` have no commit in common") from failure


def _in_repository() -> None:
    try:
        run(["git", "rev-parse", "--git-dir"])
    except CommandFailed as failure:
        reason = failure.stderr.strip().partition("\n")[0].removeprefix("fatal: ")
        raise NoRepository(f"git cannot read a repository here: {reason}") from failure


def _verified(revision: str) -> str:
    try:
        return run(["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]).strip()
    except CommandFailed as failure:
        raise NotInRepository(
            f"no revision is called `{revision}`", hint="a shallow clone lacks older ones: fetch it first"
        ) from failure


def _names(spec: str, inside: str, wanted: Callable[[PurePosixPath], bool]) -> list[str]:
    """In the order in which a directory is read: by the names of directories, then of files in them."""
    listed = run_binary(["git", "ls-tree", "-r", "-z", "--full-tree", spec]).decode(errors="surrogateescape")
    found = []
    for entry in filter(None, listed.split("\0")):
        about, _, name = entry.partition("\t")
        if not about.startswith(_SUBMODULE) and "\n" not in name and wanted(PurePosixPath(name)):
            found.append(PurePosixPath(inside, name))
    return [str(one) for one in sorted(found, key=lambda one: one.parts)]


def _contents(specs: list[str]) -> Iterator[bytes]:
    """Links inside the repository are followed; what they lead to outside of it is nothing."""
    given = "".join(f"{spec}\n" for spec in specs).encode(errors="surrogateescape")
    answer = (
        run_binary(["git", "cat-file", "--batch", "--follow-symlinks"], stdin=given, timeout_s=300) if specs else b""
    )
    at = 0
    for spec in specs:
        end = answer.index(b"\n", at)
        words = answer[at:end].split(b" ")
        if len(words) != 3 or words[1] != b"blob":
            raise NotInRepository(f"`{spec.partition(':')[2]}` is a link that leads to no file of its revision")
        at = end + 1 + int(words[2]) + 1
        yield answer[end + 1 : at - 1]
