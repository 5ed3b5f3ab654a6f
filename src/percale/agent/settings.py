"""How an agent is to work."""

from dataclasses import dataclass
from enum import StrEnum

from percale.dataplane.log_prefix import StagedLog
from percale.traffic.addresses import Network


class Mode(StrEnum):
    ENFORCE = "enforce"
    #: Every policy as if it were staged: counted and logged, and nothing dropped.
    STAGED = "staged"
    #: Nothing of ours in the kernel; the store is watched all the same.
    OFF = "off"


class Established(StrEnum):
    """What becomes of a live connection that policy no longer allows."""

    #: It goes on until it ends, as with Calico.
    KEEP = "keep"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Settings:
    #: Whose pods, workload endpoints and host endpoints are enforced.
    node: str
    mode: Mode = Mode.ENFORCE
    established: Established = Established.KEEP
    #: Networks of this node's pods, besides those that the store and the routes tell.
    guarded: tuple[Network, ...] = ()
    staged_log: StagedLog | None = None

    @property
    def cuts(self) -> bool:
        """Whether live connections are ever cut: only where policy is enforced at all."""
        return self.established is Established.CUT and self.mode is Mode.ENFORCE
