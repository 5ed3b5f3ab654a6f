"""Commands called as a user calls them: arguments in, a status and two texts out."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
SHOP = str(HERE / "shop.yaml")

#: Far above what any command needs for small input, and far below what a bomb would take.
_MOST_BYTES = 300 << 20
_LIMITED = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, ({_MOST_BYTES}, {_MOST_BYTES}))
from percale.cli.main import run
run()
"""


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    out: str = ""
    err: str = ""


class Calls(Protocol):
    """Runs a command in this process."""

    def __call__(self, *argv: str, stdin: bytes = b"") -> Ended: ...


def started(
    *argv: str,
    below: Sequence[str] = (),
    stdin: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """`below` is a program that starts the command: `setpriv` with its options, say."""
    return subprocess.Popen(  # noqa: S603  this interpreter
        [*below, sys.executable, "-m", "percale", *argv],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )


def whole_process(*argv: str, below: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Ended:
    with started(*argv, below=below, environment=environment) as process:
        out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out, err)


def within_little_memory(*argv: str) -> Ended:
    done = subprocess.run(  # noqa: S603  this interpreter, on a text of our own
        [sys.executable, "-c", _LIMITED, *argv], check=False, capture_output=True, encoding="utf-8", timeout=60
    )
    return Ended(done.returncode, done.stdout, done.stderr)
