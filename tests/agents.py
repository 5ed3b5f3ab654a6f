"""Agents as real processes in namespaces, with a store and a directory of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from percale.agent.status import Status
from percale.agent.status_socket import NoAgent, ask_status
from percale.datastore.configuration import Settings
from percale.datastore.errors import AlreadyExists
from percale.datastore.interface import Datastore
from percale.datastore.keys import EVERYTHING, key_of
from percale.datastore.opening import open_store
from percale.host.netns import NetNs

#: Long enough for a machine that does ten other things.
PATIENCE_S = 90.0


def until(condition: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
    ends_at_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends_at_s, f"not within {within_s:g} s: {what}"
        time.sleep(0.01)


@dataclass
class AgentProcess:
    """`percale agent` on a node; it can be killed and started again."""

    namespace: NetNs
    environment: Mapping[str, str]
    options: Sequence[str] = ()
    #: What starts it: a program that takes rights away, for instance.
    by: Sequence[str] = ()
    #: Not pytest's: the path of a socket must be short.
    directory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="percale-agent-")))
    process: subprocess.Popen[bytes] | None = None

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PERCALE_RUNTIME_DIRECTORY": str(self.directory), **self.environment}

    def start(self) -> None:
        argv = [*self.by, sys.executable, "-m", "percale", "agent", "--log-format", "json", *self.options]
        with self.namespace.entered(), (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=self._environment)  # noqa: S603

    def kill(self) -> None:
        """Again is no error."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()

    def percale(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Another command on the same node, with the same store."""
        argv = [sys.executable, "-m", "percale", *arguments]
        with self.namespace.entered():
            done = subprocess.run(  # noqa: S603
                argv, input=stdin, capture_output=True, check=False, text=True, env=self._environment
            )
        assert not check or done.returncode == 0, done.stderr
        return done

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        self.percale("apply", "-f", "-", stdin=text)

    def status(self) -> Status:
        return ask_status(self.directory)

    def until(self, condition: Callable[[Status], bool], what: str) -> Status:
        found: list[Status] = []

        def holds() -> bool:
            assert self.process
            assert self.process.poll() is None, self.log
            try:
                found[:] = [self.status()]
            except NoAgent:
                return False
            return condition(found[0])

        try:
            until(holds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{found}\n{self.log}") from error
        return found[0]

    def until_caught_up(self, store: Datastore) -> Status:
        """In sync, at the store's revision or later."""
        revision = int(store.list(EVERYTHING).revision)
        return self.until(lambda one: one.in_sync and int(one.revision) >= revision, f"in sync at {revision}")

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()[-4000:]

    def said(self, message: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in (self.directory / "log").read_text().splitlines() if line[:1] == "{"]
        return [line for line in lines if line["message"] == message]


@contextmanager
def agent_on(
    namespace: NetNs, environment: Mapping[str, str], *options: str, started: bool = True, by: Sequence[str] = ()
) -> Iterator[AgentProcess]:
    one = AgentProcess(namespace, environment, options, by)
    try:
        if started:
            one.start()
        yield one
    finally:
        if one.process:
            one.process.kill()
            one.process.wait()
        shutil.rmtree(one.directory)


def put(store: Datastore, *manifests: Mapping[str, Any]) -> None:
    """Create, or update whatever is there."""
    for one in manifests:
        try:
            store.create(one)
        except AlreadyExists:
            there = store.get(key_of(one))["metadata"]["resourceVersion"]
            store.update({**one, "metadata": {**one["metadata"], "resourceVersion": there}})


def sqlite_at(path: Path) -> tuple[Datastore, dict[str, str]]:
    """A new store, and how other processes find it."""
    settings = Settings(datastore_type="sqlite", sqlite_path=str(path))
    return open_store(settings, create=True), {"DATASTORE_TYPE": "sqlite", "PERCALE_SQLITE_PATH": str(path)}
