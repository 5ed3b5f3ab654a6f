"""Starting programs."""

import pytest

from percale.host.commands import CommandFailed, CommandMissing, CommandTimedOut, run


def test_the_answer_is_what_the_program_prints() -> None:
    assert run(("cat",), stdin="naïve\n") == "naïve\n"


def test_a_failure_carries_command_status_and_error_text() -> None:
    argv = ("sh", "-c", "echo no such table >&2; exit 3")
    with pytest.raises(CommandFailed) as raised:
        run(argv)
    assert (raised.value.argv, raised.value.status, raised.value.stderr) == (argv, 3, "no such table\n")
    assert raised.value.says.endswith("ended with status 3: no such table")


@pytest.mark.parametrize(("program", "package"), [("nft", "nftables"), ("ip", "iproute2"), ("conntrack", "conntrack")])
def test_a_missing_program_names_its_package(program: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CommandMissing) as raised:
        run((program, "list"))
    assert raised.value.says == f"`{program}` is not installed"
    assert raised.value.hint.endswith(f"apt install {package}")


def test_a_program_that_does_not_end_is_ended() -> None:
    with pytest.raises(CommandTimedOut, match=r"`sleep 60` did not end within 0\.05 s"):
        run(("sleep", "60"), timeout_s=0.05)


def test_output_that_is_no_text_is_still_readable() -> None:
    assert run(("printf", r"a\377b")) == "a\ufffdb"
