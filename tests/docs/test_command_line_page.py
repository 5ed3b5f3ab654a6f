"""Every command, argument and option has its place on the page about the command line, and every exit code."""

import re
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from percale.cli import calico_validate
from percale.cli.exits import Exit
from percale.cli.main import COMMANDS

_PAGE = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text(encoding="utf-8")


class _Built(Exception):
    """Raised where a parser would parse; it holds the parser."""


def _parsers() -> Iterator[tuple[str, ArgumentParser]]:
    for name in COMMANDS:
        parser = ArgumentParser()
        import_module(f"percale.cli.commands.{name.replace('-', '_')}").add_arguments(parser)
        yield from _with_verbs(f"percale {name}", parser)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ArgumentParser, "parse_args", _give_away)
        with pytest.raises(_Built) as built:
            calico_validate.main(())
    yield "calico-validate", built.value.args[0]


def _give_away(parser: ArgumentParser, *_: object) -> None:
    raise _Built(parser)


def _with_verbs(name: str, parser: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for verb, below in action.choices.items():
                yield from _with_verbs(f"{name} {verb}", below)


def _arguments() -> Iterator[tuple[str, str]]:
    for name, parser in _parsers():
        yield name, ""
        for action in parser._actions:
            for spelling in _spellings(action):
                yield name, spelling


def _spellings(action: Action) -> list[str]:
    if isinstance(action, _SubParsersAction) or "--help" in action.option_strings:
        return []
    return list(action.option_strings) or [str(action.metavar or action.dest)]


def _section(name: str) -> str:
    found = re.search(rf"^##+ {re.escape(name)}\n(.*?)(?=^## |\Z|^### percale )", _PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no section about {name}"
    return found[1]


@pytest.mark.parametrize(("name", "argument"), tuple(_arguments()), ids=lambda part: part or "itself")
def test_the_page_has_every_command_and_argument(name: str, argument: str) -> None:
    section = _section(name)
    assert not argument or re.search(rf"^\| (`[^`]*`, )*`{re.escape(argument)}`", section, re.MULTILINE)


@pytest.mark.parametrize("code", tuple(Exit))
def test_the_page_has_every_exit_code(code: Exit) -> None:
    assert f"\n| {code.value} |" in _PAGE.partition("## Exit codes")[2]
