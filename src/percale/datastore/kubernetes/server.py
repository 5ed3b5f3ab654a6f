"""Calls to the API server."""

import random
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Condition
from typing import Any

import httpx2
import msgspec

from percale.datastore.errors import DatastoreError, NotPermitted, StoreUnavailable
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.failures import CallFailed, Failure

Data = dict[str, Any]
_JSON = "application/json"
#: How long a call that failed waits for the next, at first and at most.
_FIRST_S, _LONGEST_S = 0.1, 10.0
#: A connection that has gone silent is given up after this many seconds without an answer to a probe.
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 15), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))


@dataclass(frozen=True, slots=True)
class Patience:
    connect_s: float = 3.0
    #: How long an answer may take; the server itself thinks for three seconds about versions that it has not reached.
    answer_s: float = 15.0
    #: How long a call may take with all its tries.
    all_s: float = 10.0


class Unanswered(Exception):
    """A write of which nobody knows whether it was made."""


class Pauses:
    """Longer from one to the next, each a little different from everybody else's."""

    def __init__(self) -> None:
        self._next_s = _FIRST_S

    def next_s(self, least_s: float = 0) -> float:
        pause_s, self._next_s = self._next_s, min(self._next_s * 2, _LONGEST_S)
        return max(pause_s * random.uniform(0.5, 1.5), least_s)  # noqa: S311  not a secret


class Server:
    """May be used from any thread."""

    def __init__(self, access: Access, patience: Patience) -> None:
        self.access, self.patience = access, patience
        self._calls = Calls()
        self._extensions = {"sni_hostname": access.server_name} if access.server_name else {}
        self._client = httpx2.Client(
            base_url=access.url,
            auth=access.auth,
            verify=access.tls if access.tls is not None else True,
            timeout=httpx2.Timeout(patience.answer_s, connect=patience.connect_s),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=60),
            headers=[("User-Agent", "percale"), *access.headers],
            proxy=access.proxy or None,
        )

    @property
    def name(self) -> str:
        return f"kubernetes:{self.access.url}"

    def read(self, path: str, *, accept: str = _JSON, **parameters: str) -> Data:
        """Tried until it works; raises CallFailed for what no patience mends, and StoreUnavailable."""
        ends, pauses = time.monotonic() + self.patience.all_s, Pauses()
        while True:
            try:
                return self.once("GET", path, parameters=parameters, accept=accept)
            except CallFailed as failed:
                pause_s = pauses.next_s(failed.retry_after_s)
                if failed.failure is not Failure.PASSING:
                    raise
                if time.monotonic() + pause_s >= ends:
                    raise self.unavailable(failed) from failed
            time.sleep(pause_s)

    def once(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: object = None,
        accept: str = _JSON,
    ) -> Data:
        """Raises CallFailed, and Unanswered where a write may have been made all the same."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Accept": accept} | ({"Content-Type": _JSON} if content else {})
        with self._calls.counted(), self._failures(is_write=method != "GET"):
            answer = self._client.request(
                method, path, params=parameters, content=content, headers=headers, extensions=self._extensions
            )
        if not answer.is_success:
            failed = CallFailed.of(answer.status_code, answer.content, answer.headers.get("Retry-After", ""))
            if method != "GET" and failed.failure is Failure.PASSING and answer.status_code != 429:
                raise Unanswered(failed.why) from failed
            raise failed
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise CallFailed(f"the answer to {path} is no JSON object: {error}") from error

    @contextmanager
    def opened(
        self, path: str, parameters: Mapping[str, str], silence_s: float, accept: str = _JSON
    ) -> Iterator["Stream"]:
        """An answer that is read while it is being written; raises CallFailed."""
        timeout = httpx2.Timeout(self.patience.answer_s, connect=self.patience.connect_s)
        headers = {"Accept": accept, "Accept-Encoding": "identity"}
        request = self._client.build_request("GET", path, params=parameters, headers=headers, timeout=timeout)
        request.extensions |= self._extensions
        request.extensions["timeout"]["read"] = silence_s
        with self._calls.counted():
            with self._failures():
                answer = self._client.send(request, stream=True)
            try:
                if not answer.is_success:
                    with self._failures():
                        body = answer.read()
                    raise CallFailed.of(answer.status_code, body, answer.headers.get("Retry-After", ""))
                stream = Stream(self, answer)
                with self._calls.interruptible(stream):
                    yield stream
            finally:
                answer.close()

    def unavailable(self, failed: CallFailed) -> DatastoreError:
        """What a reader is told."""
        says = f"the datastore `{self.name}` cannot be used: {failed.why}"
        match failed.failure:
            case Failure.NO_RIGHT:
                return NotPermitted(f"{says}{self._as_whom(failed)}", hint=_right_in(failed.why))
            case Failure.NO_LOGIN:
                return NotPermitted(f"{says}{self._as_whom(failed)}", hint="look at the user of the kubeconfig")
            case _:
                return StoreUnavailable(says)

    def close(self) -> None:
        self._calls.end(self.patience.connect_s)
        self._client.close()

    def _as_whom(self, failed: CallFailed) -> str:
        """Unless the server says it."""
        known = self.access.user and "User " not in failed.why
        return f" (as user `{self.access.user}`)" if known else ""

    @contextmanager
    def _failures(self, *, is_write: bool = False) -> Iterator[None]:
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            is_final = "CERTIFICATE" in str(error).upper()
            raise CallFailed(_said(error), Failure.FINAL if is_final else Failure.PASSING) from error
        except httpx2.TransportError as error:
            if is_write:
                raise Unanswered(_said(error)) from error
            raise CallFailed(_said(error)) from error
        except (httpx2.InvalidURL, RuntimeError) as error:
            # A client that has been closed says so by a RuntimeError.
            raise CallFailed(_said(error), Failure.FINAL) from error


class Calls:
    """Those that are being made: a connection that comes about after the end would be nobody's."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count, self._is_over = 0, False
        self._streams: list[Stream] = []

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._changed:
            if self._is_over:
                raise CallFailed("it has been closed", Failure.FINAL)
            self._count += 1
        try:
            yield
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    @contextmanager
    def interruptible(self, stream: "Stream") -> Iterator[None]:
        with self._changed:
            self._streams.append(stream)
            if self._is_over:
                stream.interrupt()
        try:
            yield
        finally:
            with self._changed:
                self._streams.remove(stream)

    def end(self, wait_s: float) -> None:
        with self._changed:
            self._is_over = True
            for stream in self._streams:
                stream.interrupt()
            self._changed.wait_for(lambda: not self._count, wait_s)


class Stream:
    def __init__(self, server: Server, answer: httpx2.Response) -> None:
        self._server, self._answer = server, answer
        self._socket: socket.socket = answer.extensions["network_stream"].get_extra_info("socket")
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, number in _KEEPALIVE:
                self._socket.setsockopt(socket.IPPROTO_TCP, option, number)

    def __iter__(self) -> Iterator[bytes]:
        """Pieces as they come; raises CallFailed when the stream is cut."""
        with self._server._failures():  # noqa: SLF001  its other half
            yield from self._answer.iter_raw()

    def interrupt(self) -> None:
        """Whoever reads is told that there is no more; may be called by another thread."""
        with suppress(OSError):
            # A TLS connection's own shutdown would wait for the other side.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _right_in(why: str) -> str:
    """What is to be granted, by the server's own words."""
    if not (found := re.search(r'cannot (\w+) resource "([^"]+)" in API group "([^"]*)"', why)):
        return "deploy/kubernetes/rbac.yaml has the rights that Percale needs"
    verb, resource, group = found.groups()
    rule = f'apiGroups: ["{group}"], resources: ["{resource}"], verbs: ["{verb}"]'
    return f"grant {{{rule}}}; deploy/kubernetes/rbac.yaml has all rights that Percale needs"


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
