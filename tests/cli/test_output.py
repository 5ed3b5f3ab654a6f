"""Where output cannot go: a full disk, a closed descriptor, a reader that has left."""

import subprocess
import sys

import pytest

from cli.calling import SHOP, Ended
from percale.cli.exits import Exit


def in_shell(arguments: str, redirected: str) -> Ended:
    command = f'exec "$0" -m percale {arguments} {redirected}'
    done = subprocess.run(  # noqa: S603  this interpreter
        ["/bin/sh", "-c", command, sys.executable], check=False, capture_output=True, encoding="utf-8", timeout=60
    )
    return Ended(done.returncode, done.stdout, done.stderr)


FULL = "error: standard output cannot be written: No space left on device\n"
COMMANDS = [
    f"validate -f {SHOP}",
    f"validate -f {SHOP} -o json",
    f"reach -f {SHOP} shop/web shop/db -p 5432",
    f"ruleset -q -f {SHOP}",
    "--help",
    "--version",
    "reach --help",
]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_full_disk_is_no_answer(arguments: str) -> None:
    assert in_shell(arguments, ">/dev/full") == Ended(Exit.OUT_OF_REACH, err=FULL)


def test_neither_is_a_closed_output() -> None:
    said = in_shell(f"reach -f {SHOP} shop/web shop/db -p 5432", ">&-")
    assert said == Ended(Exit.OUT_OF_REACH, err="error: standard output is closed\n")


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (f"reach -f {SHOP} shop/web shop/db -p 5433", Exit.NO),
        (f"ruleset -f {SHOP}", Exit.YES),
        ("reach -f /nowhere a b -p 80", Exit.INVALID_INPUT),
        ("reach a", Exit.USAGE),
    ],
)
def test_talk_that_nobody_hears_changes_nothing(arguments: str, status: Exit, redirected: str) -> None:
    assert in_shell(arguments, redirected).status == status
