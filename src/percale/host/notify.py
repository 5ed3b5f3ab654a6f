"""What a service says to systemd: one datagram each, where systemd has told it a socket."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def notify(environment: Mapping[str, str] = os.environ, **states: str) -> None:
    """`READY="1"`, `STATUS="…"`, `WATCHDOG="1"`; nobody there to hear it is no error."""
    where = environment.get("NOTIFY_SOCKET")
    if not where:
        return
    lines = "\n".join(f"{name}={value}" for name, value in states.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to, suppress(OSError):
        # A name that begins with @ is of the abstract namespace.
        to.connect(f"\0{where[1:]}" if where.startswith("@") else where)
        to.send(lines.encode())


def watchdog_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """How long systemd waits for a sign of life; None where it does not."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(microseconds) / 1e6
