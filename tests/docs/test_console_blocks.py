"""What a page shows below `$ percale …` is what the command prints; a line of three dots stands for any lines."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_support import require_namespaces
from percale.cli import calico_validate, main

_ROOT = Path(__file__).parents[2]
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```console\n(\$ (?:percale|calico-validate) .*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r'^```yaml title="([^"]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)
_PROGRAMS = {"percale": main.run, "calico-validate": calico_validate.run}


def _blocks() -> Iterator[object]:
    for page in _PAGES:
        for number, block in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), 1):
            marks = [pytest.mark.kernel] if block.startswith("$ percale lab") else []
            yield pytest.param(page, block, id=f"{page.relative_to(_ROOT)}-{number}", marks=marks)


def test_blocks_are_found() -> None:
    assert {page.name for page in _PAGES if _BLOCK.search(page.read_text(encoding="utf-8"))} >= {
        "README.md",
        "reach.md",
    }


@pytest.mark.parametrize(("page", "block"), tuple(_blocks()))
def test_a_block_shows_what_its_commands_print(
    page: Path, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(_ROOT / "examples", tmp_path / "examples")
    for name, text in _FILE.findall(page.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status = 0
    for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = entry.partition("\n")
        if command == "echo $?":
            assert shown == f"{status}\n"
            continue
        status, printed = _run(shlex.split(command), monkeypatch, capsys)
        assert _pattern(shown).fullmatch(printed), printed


def _run(argv: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """In this process, but for the lab: that may have to start itself again."""
    if argv[:2] == ["percale", "lab"]:
        require_namespaces()
        done = subprocess.run(  # noqa: S603  commands of our own pages
            [sys.executable, "-m", *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as end:
        _PROGRAMS[argv[0]]()
    printed = capsys.readouterr()
    return int(end.value.code or 0), printed.err + printed.out


def _pattern(shown: str) -> re.Pattern[str]:
    lines = shown.splitlines()
    return re.compile("".join(r"(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in lines))
