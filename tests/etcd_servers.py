"""Real etcd servers for tests: Debian's package, on loopback, with directories of their own."""

import functools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from percale.datastore.etcd.access import Access, Certificates, Endpoint

_REASON = "NOT TESTED: `etcd` is not installed; on Debian and Ubuntu: apt install etcd-server etcd-client"
#: An election takes as long as several of these.
_FAST = ("--heartbeat-interval", "50", "--election-timeout", "400")


def require_etcd() -> None:
    """Skips the test, and in CI fails it: there, nobody reads about skipped tests."""
    if shutil.which("etcd") and shutil.which("etcdctl"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(_REASON)
    sys.stderr.write(f"\n{_REASON}\n")
    pytest.skip(_REASON)


def free_port() -> int:
    """None of those that outgoing connections get: a client that tries again and again could take a dead server's."""
    for port in iter(lambda: random.randrange(20_000, 32_000), None):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise AssertionError


@dataclass
class Member:
    """One server; it keeps its ports and its directory when it is started again."""

    directory: Path
    name: str = "alone"
    arguments: Sequence[str] = ()
    scheme: str = "http"
    client_port: int = field(default_factory=free_port)
    peer_port: int = field(default_factory=free_port)
    #: Where others reach it, if that is somewhere else than where it listens.
    advertised_peer_port: int = 0
    cluster: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.client_port}"

    @property
    def peer_url(self) -> str:
        return f"http://127.0.0.1:{self.advertised_peer_port or self.peer_port}"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(f"127.0.0.1:{self.client_port}", is_secure=self.scheme == "https")

    def start(self) -> None:
        require_etcd()
        self.directory.mkdir(parents=True, exist_ok=True)
        argv = [
            "etcd", "--name", self.name, "--data-dir", str(self.directory / "data"),
            "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
            "--listen-peer-urls", f"http://127.0.0.1:{self.peer_port}", "--initial-advertise-peer-urls", self.peer_url,
            "--initial-cluster", self.cluster or f"{self.name}={self.peer_url}",
            *_FAST, *self.arguments,
        ]  # fmt: skip
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)  # noqa: S603

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def etcdctl(self, *arguments: str, stdin: bytes = b"") -> bytes:
        argv = ["etcdctl", "--endpoints", self.url, *arguments]
        environment = {**os.environ, "ETCDCTL_API": "3"}
        return subprocess.run(argv, input=stdin, capture_output=True, check=True, env=environment).stdout  # noqa: S603

    def wait(self, *options: str) -> None:
        """Until it answers with a leader."""
        for _ in range(300):
            assert self.process
            assert self.process.poll() is None, (self.directory / "log").read_text()[-2000:]
            try:
                self.etcdctl(*options, "get", "none")
            except subprocess.CalledProcessError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError((self.directory / "log").read_text()[-2000:])


@contextmanager
def running(*members: Member, options: Sequence[str] = ()) -> Iterator[Sequence[Member]]:
    names = ",".join(f"{one.name}={one.peer_url}" for one in members)
    try:
        for one in members:
            one.cluster = names
            one.start()
        for one in members:
            one.wait(*options)
        yield members
    finally:
        for one in members:
            one.kill()


@functools.cache
def shared() -> Member:
    """One server for all tests that need no more than an empty one; they run in turn."""
    require_etcd()
    member = Member(Path(tempfile.mkdtemp(prefix="percale-etcd-")))
    member.start()
    member.wait()
    return member


def stop_shared() -> None:
    if shared.cache_info().currsize:
        shared().kill()
        shutil.rmtree(shared().directory)


def emptied() -> Member:
    member = shared()
    member.etcdctl("del", "", "--from-key")
    return member


def access_to(
    *members: Member, username: str = "", password: str = "", certificates: Certificates | None = None
) -> Access:
    return Access(tuple(one.endpoint for one in members), username, password, certificates or Certificates())
