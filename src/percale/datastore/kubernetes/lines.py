"""The body of a watch: one JSON event each line, in pieces of any size."""

from typing import Any, Literal

import msgspec

from percale.datastore.kubernetes.failures import CallFailed

#: etcd takes 1.5 MiB for an object; JSON may be longer than what is stored.
MOST_BYTES = 32 << 20


class Event(msgspec.Struct, frozen=True):
    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: dict[str, Any]


_events = msgspec.json.Decoder(Event)


class Lines:
    def __init__(self) -> None:
        self._begun = bytearray()

    def fed(self, piece: bytes) -> list[bytes]:
        """The lines that are whole by now; what a stream that is cut leaves begun is never told."""
        searched = len(self._begun)
        self._begun += piece
        end = self._begun.rfind(b"\n", searched)
        if end < 0:
            if len(self._begun) > MOST_BYTES:
                raise CallFailed(f"an event of the watch is longer than {MOST_BYTES} bytes")
            return []
        whole, self._begun = self._begun[:end], self._begun[end + 1 :]
        return [bytes(line) for line in whole.split(b"\n") if line.strip()]


def event_in(line: bytes) -> Event:
    """Raises CallFailed for what is none, and for the server's own errors."""
    try:
        event = _events.decode(line)
    except msgspec.MsgspecError as error:
        raise CallFailed(f"the watch tells something that is no event: {error}") from error
    if event.type == "ERROR":
        raise CallFailed.told(event.object)
    return event
