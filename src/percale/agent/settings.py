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


@dataclass(frozen=True, slots=True)
class Settings:
    #: Whose pods, workload endpoints and host endpoints are enforced.
    node: str
    mode: Mode = Mode.ENFORCE
    #: Networks of this node's pods, besides those that the store and the routes tell.
    guarded: tuple[Network, ...] = ()
    staged_log: StagedLog | None = None
