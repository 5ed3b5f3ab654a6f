"""Calls to whichever member answers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import grpc

from percale.datastore.errors import DatastoreError
from percale.datastore.etcd import messages
from percale.datastore.etcd.access import Access, Endpoint
from percale.datastore.etcd.channels import Channels, Closed
from percale.datastore.etcd.failures import CallFailed, Failure, unavailable
from percale.datastore.etcd.messages import Message

#: How long a round between members that all fail waits for the next.
_PAUSE_S = 0.1
#: A member without a leader refuses at once, where it would wait, or answer a watch with silence.
_WITH_LEADER = ("hasleader", "true")
_REFUSALS = (Failure.KEY_GONE, Failure.TOO_LARGE)
_Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Patience:
    #: How long one member may take to answer.
    one_s: float = 3.0
    #: How long a call may take with all its tries.
    all_s: float = 10.0


class Telling(Protocol):
    """What a member tells until it is told to stop."""

    def __iter__(self) -> Iterator[Message]: ...

    def cancel(self) -> bool: ...


class Unanswered(Exception):
    """A write of which nobody knows whether it was made."""


class Refused(Exception):
    """A write that was not made, for a reason that its author can do something about."""

    def __init__(self, failure: Failure, why: str) -> None:
        super().__init__(why)
        self.failure = failure


class Compacted(Exception):
    """The revision that was asked for is forgotten."""


class Cluster:
    """May be used from any thread. All reads are linearizable: what was acknowledged anywhere is seen."""

    def __init__(self, access: Access, patience: Patience) -> None:
        self._access, self.patience = access, patience
        self._lock = Lock()
        self._channels = Channels(access.certificates)
        self._turn = 0
        self._token = ""

    @property
    def name(self) -> str:
        return f"etcd:{','.join(map(str, self._access.endpoints))}"

    def range(self, request: Message) -> Message:
        """Raises Compacted."""
        return self._repeated("/etcdserverpb.KV/Range", request, messages.RangeResponse)

    def read(self, request: Message) -> Message:
        """A transaction that writes nothing; raises Compacted."""
        return self._repeated("/etcdserverpb.KV/Txn", request, messages.TxnResponse)

    def write(self, request: Message) -> Message:
        """Sent once; raises Unanswered and Refused."""
        endpoint = self._endpoint()
        try:
            return self._once(endpoint, "/etcdserverpb.KV/Txn", request, messages.TxnResponse, self.patience.one_s)
        except CallFailed as failed:
            if failed.failure in _REFUSALS:
                raise Refused(failed.failure, failed.why) from failed
            self.give_up_on(endpoint, failed)
            if failed.failure is Failure.TOKEN:
                raise Refused(failed.failure, failed.why) from failed
            raise Unanswered(failed.why) from failed

    def watch(self, endpoint: Endpoint, requests: Iterator[Message]) -> Telling:
        stub = self._opened(endpoint).stream_stream(
            "/etcdserverpb.Watch/Watch", _serialized, messages.WatchResponse.FromString
        )
        telling: Telling = stub(requests, metadata=self._metadata(endpoint))
        return telling

    def tries(self, seconds: float) -> Iterator[Endpoint]:
        """Members in turn, each at least once, until the time is over."""
        ends = time.monotonic() + seconds
        while True:
            for _ in self._access.endpoints:
                yield self._endpoint()
            if time.monotonic() + _PAUSE_S >= ends:
                return
            time.sleep(_PAUSE_S)

    def give_up_on(self, endpoint: Endpoint, failed: CallFailed) -> None:
        """For now, if the failure may pass; raises StoreUnavailable if it will not."""
        match failed.failure:
            case Failure.PASSING:
                self._next_after(endpoint)
            case Failure.TOKEN:
                self._token = ""
            case _:
                raise self.unusable(failed.why) from failed

    def unusable(self, why: str) -> DatastoreError:
        return unavailable(self.name, why)

    def close(self) -> None:
        self._channels.close()

    def _repeated(self, method: str, request: Message, response: Message) -> Message:
        why = "no member answers"
        ends = time.monotonic() + self.patience.all_s
        for endpoint in self.tries(self.patience.all_s):
            seconds = max(_PAUSE_S, min(ends - time.monotonic(), self.patience.one_s))
            try:
                return self._once(endpoint, method, request, response, seconds)
            except CallFailed as failed:
                if failed.failure is Failure.COMPACTED:
                    raise Compacted from failed
                self.give_up_on(endpoint, failed)
                why = failed.why
        raise self.unusable(why)

    def _once(self, endpoint: Endpoint, method: str, request: Message, response: Message, seconds: float) -> Message:
        return self._called(endpoint, method, request, response, (seconds, self._metadata(endpoint)))

    def _called(
        self, endpoint: Endpoint, method: str, request: Message, response: Message, how: tuple[float, _Metadata]
    ) -> Message:
        stub = self._opened(endpoint).unary_unary(method, _serialized, response.FromString)
        seconds, metadata = how
        try:
            return stub(request, timeout=seconds, metadata=metadata)
        except grpc.RpcError as error:
            raise CallFailed.of(error) from error

    def _metadata(self, endpoint: Endpoint) -> _Metadata:
        if self._access.username and not self._token:
            self._token = self._authenticated(endpoint)
        return (_WITH_LEADER, ("token", self._token)) if self._token else (_WITH_LEADER,)

    def _authenticated(self, endpoint: Endpoint) -> str:
        request = messages.AuthenticateRequest(name=self._access.username, password=self._access.password)
        method, how = "/etcdserverpb.Auth/Authenticate", (self.patience.one_s, (_WITH_LEADER,))
        try:
            return str(self._called(endpoint, method, request, messages.AuthenticateResponse, how).token)
        except CallFailed as failed:
            if failed.failure is Failure.NO_AUTH:
                return ""
            raise

    def _opened(self, endpoint: Endpoint) -> grpc.Channel:
        try:
            return self._channels.to(endpoint)
        except Closed as error:
            raise self.unusable("it has been closed") from error

    def _endpoint(self) -> Endpoint:
        return self._access.endpoints[self._turn % len(self._access.endpoints)]

    def _next_after(self, endpoint: Endpoint) -> None:
        with self._lock:
            if endpoint == self._endpoint():
                self._turn += 1


_serialized: Callable[[Message], bytes] = lambda message: message.SerializeToString()  # noqa: E731
