"""Traffic as people name it in an expectation: `5432/tcp`, `8000-8100`, `dns/udp`, `icmp/8`, `proto/47`."""

import re
from dataclasses import dataclass

from percale.resources.ports import InvalidPort, NamedPort, NumericPorts, parse_port
from percale.selector.errors import shortened
from percale.traffic.protocols import ICMP, ICMPV6, NUMBER_OF, PROTOCOLS_WITH_PORTS, protocol_name

_FORM = "write 5432/tcp, 53/udp, 8000-8100/tcp, a port's name, tcp, icmp, icmp/8 or proto/47"
_WITH_PORTS = {protocol_name(number).lower(): number for number in PROTOCOLS_WITH_PORTS}
_ICMP = {"icmp": ICMP, "icmpv6": ICMPV6}
_OTHERS = {name.lower(): number for name, number in NUMBER_OF.items() if name.lower() not in _WITH_PORTS | _ICMP}
_DASHED = re.compile(r"([0-9]+) ?- ?([0-9]+)")


@dataclass(frozen=True, slots=True)
class PortTerm:
    """`port` is None for every port of the protocol."""

    protocol: int
    port: NumericPorts | NamedPort | None = None


@dataclass(frozen=True, slots=True)
class IcmpTerm:
    """`protocol` is None for `icmp`, which is that of either IP version; `type` and `code` None for any."""

    protocol: int | None
    type: int | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class ProtocolTerm:
    """A protocol without ports, by its number."""

    number: int


Term = PortTerm | IcmpTerm | ProtocolTerm


def parse_term(value: int | str) -> Term:
    """Raises InvalidPort."""
    text = str(value).strip()
    first, _, rest = text.partition("/")
    name = first.lower()
    if name in _WITH_PORTS:
        return PortTerm(_WITH_PORTS[name], _port(rest) if rest else None)
    if name in _ICMP:
        return _icmp(name, rest, text)
    if name in _OTHERS and not rest:
        return ProtocolTerm(_OTHERS[name])
    if name == "proto":
        return _protocol(rest)
    if rest and rest.lower() not in _WITH_PORTS:
        raise InvalidPort(f"`{shortened(text)}` is no traffic", hint=_FORM)
    return PortTerm(_WITH_PORTS[rest.lower() or "tcp"], _port(first))


def _port(text: str) -> NumericPorts | NamedPort:
    dashed = _DASHED.fullmatch(text)
    return parse_port(f"{dashed[1]}:{dashed[2]}" if dashed else text)


def _icmp(name: str, rest: str, text: str) -> IcmpTerm:
    """Types of `icmp` are those of IPv4, unless none is given."""
    if not re.fullmatch(r"([0-9]{1,3}(/[0-9]{1,3})?)?", rest):
        raise InvalidPort(f"`{shortened(text)}` is no ICMP type", hint=_FORM)
    numbers = [int(part) for part in rest.split("/") if part]
    if any(number > 255 for number in numbers):
        raise InvalidPort(f"`{shortened(text)}` is no ICMP type", hint="types and codes go up to 255")
    if not numbers:
        return IcmpTerm(None if name == "icmp" else ICMPV6)
    return IcmpTerm(_ICMP[name], *numbers)


def _protocol(text: str) -> Term:
    number = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 256
    if number > 255:
        raise InvalidPort(f"`{shortened(text)}` is no protocol number", hint="they go from 0 to 255: proto/47")
    if number in PROTOCOLS_WITH_PORTS:
        return PortTerm(number)
    return IcmpTerm(number) if number in _ICMP.values() else ProtocolTerm(number)
