"""Traffic: a set of (protocol, ports) or (ICMP, type and code), whatever the addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, protocol_name
from percale.traffic.regions import Region

ANY_PORT = Intervals(((0, 65535),))
ANY_ICMP = Intervals(((0, 255),))


@cache
def plane(protocol: int) -> Region:
    """All points that a packet of the protocol may have; one point where there is nothing to tell apart."""
    if protocol in PROTOCOLS_WITH_PORTS:
        return Region.product(ANY_PORT, ANY_PORT)
    if protocol in (ICMP, ICMPV6):
        return Region.product(ANY_ICMP, ANY_ICMP)
    return Region.product(Intervals.single(0), Intervals.single(0))


def point_of(packet: Packet) -> tuple[int, int]:
    """Where the packet lies in its protocol's plane."""
    if packet.has_ports:
        return packet.source_port, packet.destination_port
    return (packet.icmp_type, packet.icmp_code) if packet.is_icmp else (0, 0)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Regions by ascending protocol number, for the protocols that `rest` does not tell all about.

    `rest` says whether every other protocol is in the set, whole. Equal values mean equal traffic.
    """

    regions: tuple[tuple[int, Region], ...] = ()
    rest: bool = False

    @classmethod
    def of(cls, regions: Mapping[int, Region], *, rest: bool = False) -> "Traffic":
        listed = sorted(number for number in regions if regions[number] != _whole(number, rest))
        return cls(tuple((number, regions[number]) for number in listed), rest)

    @classmethod
    def everything(cls) -> "Traffic":
        return cls(rest=True)

    @classmethod
    def protocols(cls, *numbers: int) -> "Traffic":
        """All of these protocols, and nothing else."""
        return cls.of({number: plane(number) for number in numbers})

    @classmethod
    def to_port(cls, protocol: int, first: int, last: int | None = None) -> "Traffic":
        """From any source port to the destination ports `first` to `last`."""
        ports = Intervals.of([(first, first if last is None else last)])
        return cls.of({protocol: Region.product(ANY_PORT, ports)})

    def __bool__(self) -> bool:
        return self.rest or bool(self.regions)

    def __contains__(self, packet: Packet) -> bool:
        return point_of(packet) in self.region(packet.protocol)

    def region(self, protocol: int) -> Region:
        listed = next((region for number, region in self.regions if number == protocol), None)
        return _whole(protocol, self.rest) if listed is None else listed

    def __or__(self, other: "Traffic") -> "Traffic":
        return self._combined(other, Region.__or__, rest=self.rest or other.rest)

    def __and__(self, other: "Traffic") -> "Traffic":
        return self._combined(other, Region.__and__, rest=self.rest and other.rest)

    def __sub__(self, other: "Traffic") -> "Traffic":
        return self._combined(other, Region.__sub__, rest=self.rest and not other.rest)

    def _combined(self, other: "Traffic", operate: Callable[[Region, Region], Region], *, rest: bool) -> "Traffic":
        listed = {number for number, _ in (*self.regions, *other.regions)}
        return Traffic.of({n: operate(self.region(n), other.region(n)) for n in listed}, rest=rest)

    def __le__(self, other: "Traffic") -> bool:
        return not self - other

    def __str__(self) -> str:
        shown = [_described(number, region) for number, region in self.regions if region]
        if not self.rest:
            return ", ".join(shown) or "nothing"
        if not self.regions:
            return "everything"
        listed = ", ".join(protocol_name(number) for number, _ in self.regions)
        return ", ".join([*shown, f"every protocol but {listed}"])


def _whole(protocol: int, rest: bool) -> Region:  # noqa: FBT001  a field of Traffic, passed on as it is
    return plane(protocol) if rest else Region()


def _described(protocol: int, region: Region) -> str:
    name = protocol_name(protocol)
    if region == plane(protocol):
        return name
    x_name, y_name = ("from", "to") if protocol in PROTOCOLS_WITH_PORTS else ("type", "code")
    whole = ANY_PORT if protocol in PROTOCOLS_WITH_PORTS else ANY_ICMP
    parts = []
    for x, y in region.bands:
        shown = [f"{label} {axis}" for label, axis in ((x_name, x), (y_name, y)) if axis != whole]
        parts.append(" ".join([name, *shown]))
    return ", ".join(parts)
