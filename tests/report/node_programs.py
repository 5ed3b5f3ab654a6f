"""Programs of other people that take what Percale writes: packages of npm, kept outside the tree."""

import fcntl
import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from percale.host import commands

_OWN = Path(__file__).parent / "javascript"
#: What npm says when the registry is out of reach, and no package is at fault.
_UNREACHABLE = ("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ENOTFOUND", "TIMEDOUT", "TIMEOUT")
_QUICK = (
    "--ignore-scripts",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--fetch-retries=1",
    "--fetch-timeout=60000",
)


class NodePrograms:
    """The scripts beside this file, in a directory where they find their packages."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        shutil.copytree(_OWN, directory, dirs_exist_ok=True)
        (directory / "node_modules").symlink_to(_packages())

    def run(self, script: str, given: Any) -> Any:
        written = commands.run(["node", str(self._directory / script)], stdin=json.dumps(given), timeout_s=120)
        return json.loads(written)


def _packages() -> Path:
    """Exactly those of package.json; what was installed once is kept."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    digest = sha256((_OWN / "package.json").read_bytes()).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "percale" / "node"
    cache.mkdir(parents=True, exist_ok=True)
    directory = cache / digest[:16]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            _install(cache / "unfinished")
            (cache / "unfinished").rename(directory)
    return directory / "node_modules"


def _install(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    shutil.copy(_OWN / "package.json", directory)
    try:
        commands.run(["npm", "install", "--prefix", str(directory), *_QUICK], timeout_s=300)
    except commands.CommandTimedOut as late:
        pytest.skip(str(late))
    except commands.CommandFailed as failure:
        if any(word in failure.stderr for word in _UNREACHABLE):
            pytest.skip("npm's registry is out of reach")
        raise
