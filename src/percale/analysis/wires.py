"""`-p 5432/tcp`: the traffic that a question is about."""

import re
from collections.abc import Sequence

from percale.analysis.parties import Party, Unaskable
from percale.analysis.reach import Wire
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, NUMBER_OF, PROTOCOLS_WITH_PORTS, protocol_name
from percale.traffic.regions import Region
from percale.traffic.traffic import Traffic

_FORM = "write a port as 5432/tcp, 53/udp, http or icmp, icmp/8, icmp/8/0, or a protocol number as proto/47"
_BY_LOWER_NAME = {name.lower(): number for name, number in NUMBER_OF.items()}
_ECHO = {ICMP: 8, ICMPV6: 128}
_LAST_PORT = 65535


def wires(texts: Sequence[str], destination: Party) -> list[Wire]:
    """What was asked for, or else every port that the destination declares."""
    if texts:
        return [_wire(text.strip().lower(), destination) for text in texts]
    declared = destination.endpoint.ports if destination.endpoint else ()
    if not declared:
        raise Unaskable(f"`{destination.name}` declares no port", hint="say which with -p; " + _FORM)
    return [Wire(port.protocol, port.number) for port in declared]


def _wire(text: str, destination: Party) -> Wire:
    first, _, second = text.partition("/")
    if first in ("icmp", "icmpv6"):
        return _icmp(NUMBER_OF["ICMP" if first == "icmp" else "ICMPv6"], second)
    if first == "proto":
        return Wire(_protocol(second))
    if first in _BY_LOWER_NAME:
        first, second = second, first
    protocol = _BY_LOWER_NAME.get(second or "tcp")
    if protocol not in PROTOCOLS_WITH_PORTS:
        raise Unaskable(f"`{text}` is no port", hint=_FORM)
    if re.fullmatch(r"[0-9]+", first):
        return Wire(protocol, port_number(first))
    return Wire(protocol, _named(first, protocol, destination))


def port_number(text: str) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= number <= _LAST_PORT:
        raise Unaskable(f"`{text}` is no port number", hint=f"ports go from 1 to {_LAST_PORT}")
    return number


def _protocol(text: str) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 256
    if number > 255:
        raise Unaskable(f"`{text}` is no protocol number", hint="they go from 0 to 255: proto/47")
    if number in PROTOCOLS_WITH_PORTS:
        name = protocol_name(number).lower()
        raise Unaskable(f"of {protocol_name(number)} a port must be named", hint=f"write 80/{name}")
    return number


def _icmp(protocol: int, text: str) -> Wire:
    if not re.fullmatch(r"([0-9]{1,3}(/[0-9]{1,3})?)?", text):
        raise Unaskable(f"`{text}` is no ICMP type", hint=_FORM)
    numbers = [int(part) for part in text.split("/") if part] or [_ECHO[protocol]]
    if max(numbers) > 255:
        raise Unaskable(f"`{text}` is no ICMP type", hint="types and codes go up to 255")
    return Wire(protocol, icmp_type=numbers[0], icmp_code=numbers[1] if len(numbers) > 1 else 0)


def _named(name: str, protocol: int, destination: Party) -> int:
    ports = destination.endpoint.ports if destination.endpoint else ()
    for port in ports:
        if (port.name, port.protocol) == (name, protocol):
            return port.number
    known = ", ".join(sorted(f"{port.name}/{protocol_name(port.protocol).lower()}" for port in ports if port.name))
    raise Unaskable(
        f"`{destination.name}` has no port called `{name}`",
        hint=f"it has {known}" if known else "say a number; " + _FORM,
    )


def traffic_of(wire: Wire) -> Traffic:
    """From any port of a client."""
    if wire.protocol in PROTOCOLS_WITH_PORTS:
        return Traffic.to_port(wire.protocol, wire.port)
    if wire.protocol in (ICMP, ICMPV6):
        region = Region.product(Intervals.single(wire.icmp_type), Intervals.single(wire.icmp_code))
        return Traffic.of({wire.protocol: region})
    return Traffic.protocols(wire.protocol)
