"""Traffic as an expectation's ports, where it can be said."""

from collections.abc import Iterator

from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, protocol_name
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic, plane


def port_texts(traffic: Traffic) -> tuple[str, ...]:
    """`("6379/tcp", "53/udp")`; nothing where ports cannot say it, as with source ports and "all but"."""
    if traffic.rest:
        return ()
    texts = [list(_texts(protocol, region)) for protocol, region in traffic.regions if region]
    return tuple(text for found in texts for text in found) if all(texts) else ()


def _texts(protocol: int, region: Region) -> Iterator[str]:
    """None where any part cannot be said."""
    name = protocol_name(protocol).lower()
    if region == plane(protocol):
        yield name if protocol in (*PROTOCOLS_WITH_PORTS, ICMP, ICMPV6) else f"proto/{protocol}"
    elif protocol in PROTOCOLS_WITH_PORTS and all(x == ANY_PORT for x, _ in region.bands):
        for _, ports in region.bands:
            yield from (f"{_span(first, last)}/{name}" for first, last in ports.spans)
    elif protocol in (ICMP, ICMPV6) and all(codes == ANY_ICMP for _, codes in region.bands):
        for types, _ in region.bands:
            yield from (f"{name}/{type_}" for first, last in types.spans for type_ in range(first, last + 1))


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
