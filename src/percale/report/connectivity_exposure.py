"""How open workloads are to the outside: what they accept and what they may send, the most open first."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from percale.report.connectivity_blocks import Block, by_destination, by_source, parts
from percale.report.connectivity_view import View
from percale.report.terminal import plain_lines
from percale.traffic.traffic import Traffic, plane

_PROTOCOLS = 256


def exposure_text(views: Sequence[View]) -> str:
    several = len(views) > 1
    return plain_lines("\n".join(line for view in views for line in _lines(view, several=several)))


def _lines(view: View, *, several: bool) -> Iterator[str]:
    if several:
        yield f"IPv{view.version}"
    nobody = "no workload and no host" if view.has_hosts else "no workload"
    yield from _section(
        view, by_destination(view) or (), "accept from outside", f"{nobody} accepts anything from outside"
    )
    yield from _section(view, by_source(view) or (), "send to the outside", f"{nobody} may send anything outside")


def _section(view: View, blocks: Sequence[Block], title: str, nothing: str) -> Iterator[str]:
    found = [block for block in blocks if not block.groups[0].is_outside]
    if not found:
        yield nothing
        return
    yield f"{title}:"
    for block in sorted(found, key=lambda one: -_openness(view, one)):
        yield f"  {', '.join(view.names.words(one) for one in parts(block.groups))}"
        for entry in block.entries:
            peers = ", ".join(view.names.name(one) for one in parts(entry.peers))
            always, depending = view.words(entry.answer)
            yield from (f"    {peers}: {words}" for words in (always,) if words)
            yield from (f"    {peers}, for some addresses of the workload: {words}" for words in (depending,) if words)


def _openness(view: View, block: Block) -> Fraction:
    """The share of all packets, every protocol counting the same, times how many addresses there are."""
    return sum(
        (
            _breadth(view.traffic(entry.answer)) * sum(last - first + 1 for first, last in one.addresses)
            for entry in block.entries
            for one in entry.peers
        ),
        Fraction(),
    )


def _breadth(traffic: tuple[Traffic, Traffic]) -> Fraction:
    whole = traffic[0] | traffic[1]
    return sum((_share(whole, protocol) for protocol in range(_PROTOCOLS)), Fraction())


def _share(traffic: Traffic, protocol: int) -> Fraction:
    region = traffic.region(protocol)
    points = sum(x.count * y.count for x, y in region.bands)
    return Fraction(points, sum(x.count * y.count for x, y in plane(protocol).bands))
