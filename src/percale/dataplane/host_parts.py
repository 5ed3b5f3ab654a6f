"""What the chains of host endpoints are made from, enforced and staged ones alike."""

from dataclasses import dataclass

from percale.dataplane.chains import ChainWriter
from percale.dataplane.governed import Governed
from percale.dataplane.programs import Programs
from percale.policy.settings import HostSettings


@dataclass(frozen=True, slots=True)
class HostParts:
    """Of one node, for one table."""

    governed: Governed
    settings: HostSettings
    version: int
    programs: Programs
    writer: ChainWriter
