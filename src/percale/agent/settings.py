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


class Tables(StrEnum):
    """Who may change our tables while an agent runs."""

    #: Every program that may change nftables; what it changes is put right.
    OPEN = "open"
    #: The agent alone, where the kernel can have that: since Linux 6.9.
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Settings:
    #: Whose pods, workload endpoints and host endpoints are enforced.
    node: str
    mode: Mode = Mode.ENFORCE
    established: Established = Established.KEEP
    tables: Tables = Tables.OPEN
    #: Networks of this node's pods, besides those that the store and the routes tell.
    guarded: tuple[Network, ...] = ()
    staged_log: StagedLog | None = None

    @property
    def cuts(self) -> bool:
        """Whether live connections are ever cut: only where policy is enforced at all."""
        return self.established is Established.CUT and self.mode is Mode.ENFORCE
