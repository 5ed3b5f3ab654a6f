"""One packet, as much of it as a policy can see."""

from dataclasses import dataclass

from percale.traffic.addresses import Address
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a flow; ports and ICMP fields are 0 where the protocol has none."""

    source: Address
    destination: Address
    protocol: int
    source_port: int = 0
    destination_port: int = 0
    icmp_type: int = 0
    icmp_code: int = 0
    #: The domain name that the destination was looked up by, where that is known.
    destination_name: str = ""

    def __post_init__(self) -> None:
        if self.source.version != self.destination.version:
            raise ValueError(f"{self.source} and {self.destination} are of different IP versions")

    @property
    def version(self) -> int:
        return self.source.version

    @property
    def has_ports(self) -> bool:
        return self.protocol in PROTOCOLS_WITH_PORTS

    @property
    def is_icmp(self) -> bool:
        """Whether type and code mean something: ICMP inside IPv4, ICMPv6 inside IPv6, nothing else."""
        return self.protocol == (ICMP if self.version == 4 else ICMPV6)
