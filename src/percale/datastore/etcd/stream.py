"""One call to one member by which it tells what happens, read by a thread of its own."""

from collections.abc import Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread

import grpc

from percale.datastore.etcd import messages
from percale.datastore.etcd.access import Endpoint
from percale.datastore.etcd.cluster import Cluster
from percale.datastore.etcd.failures import CallFailed
from percale.datastore.etcd.layout import ALL
from percale.datastore.etcd.messages import Message

#: How many answers may wait to be taken; the member keeps the others back.
_MOST_WAITING = 64
#: How often a reader that may not go on looks whether the stream is closed.
_GLANCE_S = 0.5


class Stream:
    """Of all resources, from a revision of etcd on."""

    def __init__(self, cluster: Cluster, endpoint: Endpoint, first: int) -> None:
        self.endpoint = endpoint
        self._closed = Event()
        self._answers: Queue[Message | CallFailed | None] = Queue(_MOST_WAITING)
        self._call = cluster.watch(endpoint, self._requests(first))
        Thread(target=self._read, name="percale-etcd-watch", daemon=True).start()

    def next(self, wait_s: float | None) -> Message | None:
        """None after the time, or once closed; raises CallFailed when the member tells no more."""
        try:
            answer = self._answers.get(timeout=wait_s) if wait_s is None or wait_s > 0 else self._answers.get_nowait()
        except Empty:
            return None
        if isinstance(answer, CallFailed):
            raise answer
        return answer

    def close(self) -> None:
        self._closed.set()
        self._call.cancel()
        self._put(None)

    def _requests(self, first: int) -> Iterator[Message]:
        """The one request; whoever ends the requests ends the call."""
        wanted = messages.WatchCreateRequest(
            key=ALL.first, range_end=ALL.end, start_revision=first, progress_notify=True, prev_kv=True
        )
        yield messages.WatchRequest(create_request=wanted)
        self._closed.wait()

    def _read(self) -> None:
        try:
            for answer in self._call:
                self._put(answer)
            self._put(CallFailed("the member has ended the watch"))
        except grpc.RpcError as error:
            self._put(CallFailed.of(error))
        self._closed.set()

    def _put(self, answer: Message | CallFailed | None) -> None:
        while True:
            try:
                self._answers.put(answer, timeout=_GLANCE_S)
            except Full:
                if not self._closed.is_set():
                    continue
            return
