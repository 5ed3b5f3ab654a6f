"""Other programs. Nothing else in Percale starts one."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence

from percale.errors import PercaleError

#: Debian's name for what contains a program, where it is not the program's own.
PACKAGE_OF = {
    "bridge": "iproute2",
    "dot": "graphviz",
    "ip": "iproute2",
    "nft": "nftables",
    "ping": "iputils-ping",
    "unshare": "util-linux",
}


class CommandMissing(PercaleError):
    def __init__(self, program: str) -> None:
        package = PACKAGE_OF.get(program, program)
        super().__init__(f"`{program}` is not installed", hint=f"on Debian and Ubuntu: apt install {package}")
        self.program = program


class CommandFailed(PercaleError):
    def __init__(self, argv: Sequence[str], *, status: int, stderr: str) -> None:
        reason = stderr.strip() or "it says nothing about why"
        super().__init__(f"`{shlex.join(argv)}` ended with status {status}: {reason}")
        self.argv = tuple(argv)
        self.status = status
        self.stderr = stderr


class CommandTimedOut(PercaleError):
    def __init__(self, argv: Sequence[str], *, timeout_s: float) -> None:
        super().__init__(f"`{shlex.join(argv)}` did not end within {timeout_s:g} s")
        self.argv = tuple(argv)


def run(
    argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30, environment: Mapping[str, str] | None = None
) -> str:
    """What the program writes to its standard output; its namespace is that of the calling thread."""
    return run_binary(argv, stdin=stdin.encode(), timeout_s=timeout_s, environment=environment).decode(errors="replace")


def run_binary(
    argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30, environment: Mapping[str, str] | None = None
) -> bytes:
    """The same of a program that writes anything but text."""
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, check=False, timeout=timeout_s, env=environment)
    except FileNotFoundError as failure:
        raise CommandMissing(argv[0]) from failure
    except subprocess.TimeoutExpired as failure:
        raise CommandTimedOut(argv, timeout_s=timeout_s) from failure
    if done.returncode != 0:
        raise CommandFailed(argv, status=done.returncode, stderr=done.stderr.decode(errors="replace"))
    return done.stdout
