"""The status by a socket: whoever connects is told it, and nothing else. Also the mark that an agent runs here."""

import fcntl
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import msgspec

from percale.agent.status import Status
from percale.errors import PercaleError

_SOCKET, _LOCK = "agent.sock", "agent.lock"
_TIMEOUT_S = 10.0


class NoAgent(PercaleError):
    def __init__(self, directory: Path) -> None:
        super().__init__(f"no agent runs here: nothing answers in `{directory}`", hint="start one with `percale agent`")


class AgentRuns(PercaleError):
    def __init__(self, directory: Path) -> None:
        super().__init__(f"an agent runs here already: it holds `{directory / _LOCK}`", hint="percale status")


class StatusSocket:
    """Held by the agent; a second agent is refused as long as this process lives."""

    def __init__(self, directory: Path, status: Callable[[], Status]) -> None:
        self._lock = os.open(directory / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            os.close(self._lock)
            raise AgentRuns(directory) from failure
        self._path, self._status = directory / _SOCKET, status
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen()
        Thread(target=self._serve, name="status", daemon=True).start()

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._socket.close()
        os.close(self._lock)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(_TIMEOUT_S)
                connection.sendall(msgspec.json.encode(self._status()))


def ask_status(directory: Path) -> Status:
    """Raises NoAgent."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(str(directory / _SOCKET))
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        return msgspec.json.decode(answer, type=Status)
    except (OSError, msgspec.DecodeError) as failure:
        raise NoAgent(directory) from failure
