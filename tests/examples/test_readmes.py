"""What the examples' READMEs show is what the commands print."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from examples.example_worlds import EXAMPLES
from percale.cli import calico_validate
from percale.cli.main import main

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROGRAMS: dict[str, Callable[[Sequence[str]], int]] = {"percale": main, "calico-validate": calico_validate.main}
READMES = sorted(path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("README.md"))


def test_every_example_has_a_readme_with_commands() -> None:
    directories = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert {str(readme.parent) for readme in READMES} == directories | {"."}
    assert all(list(_commands(readme)) for readme in READMES if readme.parent != Path())


@pytest.mark.parametrize("readme", READMES, ids=str)
def test_a_readme_shows_what_its_commands_print(
    readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for command, shown in _commands(readme):
        program, *arguments = shlex.split(command)
        if program == "rm":
            for path in arguments:
                Path(path).unlink()
        else:
            _PROGRAMS[program](arguments)
        printed = capsys.readouterr()
        assert _pattern(shown).fullmatch(printed.err + printed.out), printed.err + printed.out


def _commands(readme: Path) -> Iterator[tuple[str, str]]:
    """Each `$ command` and the text below it."""
    for block in _BLOCK.findall((EXAMPLES / readme).read_text(encoding="utf-8")):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = entry.partition("\n")
            yield command, shown


def _pattern(shown: str) -> re.Pattern[str]:
    """A line of three dots stands for any number of lines."""
    lines = shown.splitlines()
    return re.compile("".join(r"(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in lines))
