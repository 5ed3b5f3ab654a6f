"""Whether this process may make namespaces, and how an ordinary user gets there."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from percale.errors import PercaleError
from percale.host import commands
from percale.host.netns import NamespacesForbidden, NetNs

_RERUN_MARK = "PERCALE_IN_USER_NAMESPACE"
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--")

#: Settings by which a kernel refuses user namespaces to ordinary users, with the value that does.
_REFUSALS = (
    ("kernel/unprivileged_userns_clone", "0"),
    ("user/max_user_namespaces", "0"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
)


class NoUserNamespace(PercaleError):
    """Neither root nor a user namespace is to be had."""


def may_make_namespaces() -> bool:
    try:
        NetNs.create().close()
    except NamespacesForbidden:
        return False
    return True


def obstacle_to_user_namespaces() -> str:
    """Why `rerun_in_user_namespace` would fail; empty when it would not."""
    try:
        commands.run((*_UNSHARE, "true"))
    except PercaleError as failure:
        settings = [f"{name} is {value}" for name, value in _REFUSALS if _sysctl(name) == value]
        return "; ".join([failure.says, *settings])
    return ""


def rerun_in_user_namespace() -> NoReturn:
    """Starts this very command again as root of a user, network and mount namespace of its own."""
    if os.environ.get(_RERUN_MARK):
        raise NoUserNamespace("namespaces cannot be made, not even as root of a user namespace")
    if obstacle := obstacle_to_user_namespaces():
        raise NoUserNamespace(f"this user may not make user namespaces: {obstacle}", hint="run as root")
    os.environ[_RERUN_MARK] = "1"
    os.execvp(_UNSHARE[0], (*_UNSHARE, *_this_command()))  # noqa: S606  the command that runs already


def rerun_beside(process: int) -> NoReturn:
    """Starts this very command again in the user, mount and network namespaces of a process of the same user."""
    if os.environ.get(_RERUN_MARK):
        raise NoUserNamespace(f"process {process} cannot be joined")
    os.environ[_RERUN_MARK] = "1"
    joined = ("nsenter", "--target", str(process), "--user", "--mount", "--net", "--preserve-credentials", "--")
    os.execvp(joined[0], (*joined, *_this_command()))  # noqa: S606  the command that runs already


def is_in_own_user_namespace(process: int) -> bool:
    """Whether the process has the user namespace of this one, so that its namespaces can be opened."""
    return Path(f"/proc/{process}/ns/user").stat().st_ino == Path("/proc/self/ns/user").stat().st_ino


def _this_command() -> list[str]:
    # Not sys.argv: that has lost `-m` and the interpreter's own options.
    return [sys.executable, *sys.orig_argv[1:]]


def _sysctl(name: str) -> str:
    path = Path("/proc/sys", name)
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
