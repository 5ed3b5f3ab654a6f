"""What reaches the loop: from the store, from the host's network, from whoever runs the agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from percale.datastore.interface import Event, Revision
from percale.datastore.keys import Manifest
from percale.errors import PercaleError


@dataclass(frozen=True, slots=True)
class Whole:
    """All that the store holds: at first, and after changes may have been missed."""

    manifests: tuple[Manifest, ...]
    revision: Revision
    #: When it was known here, by the monotonic clock.
    at_s: float


@dataclass(frozen=True, slots=True)
class Changes:
    events: Sequence[Event]
    at_s: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The store is out of reach, until the next of the others."""

    error: PercaleError


class Signal(Enum):
    NETWORK_CHANGED = auto()
    #: List the store again and look at the kernel, whether or not there is a reason.
    RESYNC = auto()
    END = auto()


News = Whole | Changes | Lost | Signal
