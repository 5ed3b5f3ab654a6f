"""Input that is broken or hostile: one clear error, exit 3, at once, and in little memory."""

import resource
from pathlib import Path

import pytest

from cli.calling import Calls, Ended, within_little_memory
from percale.cli.exits import Exit

#: Of the processor. A second is promised; a slow machine gets three.
_AT_ONCE_S = 3.0

_POLICY = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec:\n"
_LEVELS = "bcdefghijklm"
_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("a" + _LEVELS, _LEVELS, strict=False)
)

#: What is in the file, and what is said of it after the file's name.
BAD: dict[str, tuple[str | bytes, str]] = {
    "truncated": ("kind: Pod\nmetadata: {name: a, lab", ":2:11: the `{` is not closed before the end of the file"),
    "truncated-string": (
        'kind: "Pod\n',
        ":2:1: the quoted text that begins at line 1, column 7 does not end\n  hint: close the quote",
    ),
    "wrong-type": (
        _POLICY + "  order: high\n",
        ":5:3: NetworkPolicy b/a: spec.order: expected a number, found the string 'high'",
    ),
    "unknown-field": (
        _POLICY + "  selectr: all()\n",
        ":5:3: NetworkPolicy b/a: spec.selectr: unknown field `selectr`\n  hint: did you mean `selector`?",
    ),
    "tab": (_POLICY + "\torder: 1\n", ":5:1: a tab is used for indentation\n  hint: indent with spaces"),
    "huge-selector": (
        f'{_POLICY}  selector: "{"a" * (1 << 20)}"\n',
        ":5:3: NetworkPolicy b/a: spec.selector: Too long: 1048576 characters: may not be more than 1024",
    ),
    "huge-nested-selector": (
        f'{_POLICY}  selector: "{"(" * (1 << 20)}"\n',
        ":5:3: NetworkPolicy b/a: spec.selector: Too long: 1048576 characters: may not be more than 1024",
    ),
    "alias-bomb": (_BOMB, ":6:12: f[1]: aliases stand for more than 200,000 values\n  hint: write the values out"),
    "deep-yaml": ("a: " + "[" * 100_000, ":1:103: nested more than 100 levels deep"),
    "deep-json": ("[" * 100_000, ":1:101: nested more than 100 levels deep"),
    "not-utf-8": (
        "kind: caf\xe9\n".encode("latin-1"),
        ":1:10: byte 0xe9 at offset 9 is not UTF-8\n  hint: save the file as UTF-8",
    ),
    "not-a-mapping": (
        "- a\n- b\n",
        ":1:1: a document must be a mapping, found a list\n  hint: a resource begins with `apiVersion:`",
    ),
    "no-kind": (
        "apiVersion: v1\n",
        ":1:1: `kind` missing or not a string\n  hint: every document names its API version and its kind",
    ),
}


@pytest.fixture(params=[*BAD, "empty-file", "no-manifests", "no-such-file"])
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Where the input is, and all that is said of it."""
    path = tmp_path / f"{request.param}.yaml"
    match request.param:
        case "empty-file":
            path.touch()
            says = ": holds no resource"
        case "no-manifests":
            path.mkdir()
            (path / "README.md").touch()
            says = ": holds no manifest\n  hint: these are read: .yaml .yml .json"
        case "no-such-file":
            says = ": no such file or directory"
        case name:
            content, says = BAD[name]
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path), f"{path}{says}\n1 problem\n"


def test_validate_says_it_at_once_and_in_little_memory(bad: tuple[str, str]) -> None:
    path, says = bad
    begun_s = _children_s()
    ended = within_little_memory("validate", "-f", path)
    assert ended == Ended(Exit.INVALID_INPUT, out=says)
    assert _children_s() - begun_s < _AT_ONCE_S


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("command", [("reach", "a", "b", "-p", "80"), ("ruleset",)], ids=lambda command: command[0])
def test_a_question_says_it_beside_its_output(percale: Calls, command: tuple[str, ...], bad: tuple[str, str]) -> None:
    path, says = bad
    assert percale(*command, "-f", path) == Ended(Exit.INVALID_INPUT, err=says)


def test_calico_validate_says_it_too(calico_validate: Calls, bad: tuple[str, str]) -> None:
    path, says = bad
    assert calico_validate("a", "b", "c", "-f", path) == Ended(Exit.INVALID_INPUT, err=says)


def test_every_problem_of_every_file_is_told_at_once(percale: Calls, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(_POLICY + "  order: high\n  ingress: nothing\n", encoding="utf-8")
    other = _POLICY.replace("name: a", "name: b")
    (tmp_path / "b.yaml").write_text(other + "  selector: a ==\n", encoding="utf-8")
    ended = percale("reach", "a", "b", "-p", "80", "-f", str(tmp_path))
    places = [line.partition(": ")[0] for line in ended.err.splitlines() if line.startswith(str(tmp_path))]
    assert ended.status == Exit.INVALID_INPUT
    assert places == [f"{tmp_path}/a.yaml:5:3", f"{tmp_path}/a.yaml:6:3", f"{tmp_path}/b.yaml:5:3"]
    assert ended.err.endswith("\n3 problems\n")
