"""What systemd is told."""

import os
import socket
from pathlib import Path

import pytest

from percale.host.notify import notify, watchdog_s


def test_states_go_to_the_socket_that_systemd_names(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        notify({"NOTIFY_SOCKET": str(path)}, READY="1", STATUS="in sync")
        assert systemd.recv(100) == b"READY=1\nSTATUS=in sync"


def test_an_abstract_socket_is_understood() -> None:
    name = f"percale-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        notify({"NOTIFY_SOCKET": f"@{name}"}, WATCHDOG="1")
        assert systemd.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_nobody_there_to_hear_is_no_error(environment: dict[str, str]) -> None:
    notify(environment, READY="1")


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "2500000"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": str(os.getpid())}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_asked_for_by_the_environment(environment: dict[str, str], seconds: float | None) -> None:
    assert watchdog_s(environment) == seconds
