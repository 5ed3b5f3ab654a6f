"""The program as a whole: versions, wrong words, and what becomes of errors and broken pipes."""

import os
import signal
import subprocess
import sys

import pytest

from cli.calling import SHOP, Calls, Ended, started, whole_process
from percale import __version__
from percale.cli.exits import Exit
from percale.cli.main import COMMANDS, guarded


def test_the_version(percale: Calls) -> None:
    assert percale("--version") == Ended(0, out=f"percale {__version__}\n")


def test_without_a_command_the_help_is_shown_and_nothing_was_checked(percale: Calls) -> None:
    ended = percale()
    assert (ended.status, ended.err) == (Exit.USAGE, "")
    assert all(f"  {name} " in ended.out for name in COMMANDS)


def test_an_unknown_command_is_told_the_known_ones(percale: Calls) -> None:
    ended = percale("raech")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert all(name in ended.err for name in ("raech", *COMMANDS))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_the_exit_codes(percale: Calls, command: str) -> None:
    ended = percale(command, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: percale {command} ")
    assert "5 cannot tell" in ended.out


def test_below_kubectl_it_goes_by_that_name(kubectl_percale: Calls) -> None:
    assert kubectl_percale("reach", "--help").out.startswith("usage: kubectl percale reach ")
    assert kubectl_percale("--help").out.startswith("usage: kubectl percale ")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("reach", "-f", SHOP, "shop/web"), "required: DST"),
        (("reach", "-f", SHOP, "a", "b", "c"), "unrecognized arguments: c"),
        (("reach", "-f", SHOP, "a", "b", "-o", "yaml"), "invalid choice: 'yaml'"),
        (("reach", "-f", SHOP, "a", "b", "--pod-network", "x"), "`x` is no network: write it as 10.244.0.0/16"),
        (("reach", "-f", SHOP, "shop/web", "shop/db", "--source-port", "0"), "`0` is no port number"),
        (("reach", "-f", SHOP, "shop/web", "shop/db", "--source-port", "x"), "`x` is no port number"),
        (("validate", "-f"), "expected one argument"),
        (("lab",), "required: VERB"),
        (("lab", "fly"), "invalid choice: 'fly'"),
        (("lab", "run", "-f", SHOP, "--timeout", "nan"), "`nan` is no time"),
        (("lab", "run", "-f", SHOP, "--timeout", "-1"), "`-1` is no time"),
        (("lab", "run", "-f", SHOP, "--attachment", "glued"), "glued"),
        (("lab", "exec", "shop/web"), "no command is given"),
    ],
    ids=str,
)
def test_what_cannot_mean_anything_is_a_usage_error(percale: Calls, argv: tuple[str, ...], says: str) -> None:
    ended = percale(*argv)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert says in ended.err


def test_standard_input_is_named_once(percale: Calls) -> None:
    ended = percale("validate", "-f", "-", "-f", "-", stdin=b"")
    assert ended.status == Exit.INVALID_INPUT
    assert "standard input is named twice" in ended.out


def test_a_fault_of_ours_is_not_taken_for_a_no(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        raise AssertionError("a name with \x1b[31m in it")

    monkeypatch.setattr(sys, "argv", ["percale"])
    with pytest.raises(SystemExit) as ended:
        guarded(broken)
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (Exit.CANNOT_TELL, "")
    assert shown.err.endswith("AssertionError: a name with \\x1b[31m in it\nerror: this is a fault in Percale itself\n")


def test_ctrl_c_ends_without_a_word(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["percale"])
    with pytest.raises(SystemExit) as ended:
        guarded(interrupted)
    assert (ended.value.code, capsys.readouterr()) == (130, ("", ""))


# Whole processes.


def test_a_module_is_a_program_too() -> None:
    assert whole_process("--version") == Ended(0, out=f"percale {__version__}\n")
    assert whole_process("reach", "-f", SHOP, "shop/web", "shop/db", "-p", "5433").status == Exit.NO
    assert whole_process("validate", "-f", SHOP) == Ended(Exit.YES, out="11 resources are valid\n")


def test_nobody_reads_on() -> None:
    """`percale ruleset | head -1`: no traceback, whatever was left to write."""
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(  # noqa: S603  this interpreter
        [sys.executable, "-m", "percale", "ruleset", "-q", "-f", SHOP], stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (Exit.YES, b"")


def test_ctrl_c_while_it_waits_for_input() -> None:
    with started("validate", "-f", "-", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written, the command has begun to read.
        process.stdin.write("# \n" * 50_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
