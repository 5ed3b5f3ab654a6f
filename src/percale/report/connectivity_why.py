"""Why something passes or does not: a packet of it, and what the judge says of the packet."""

from percale.analysis.witness import witness
from percale.report.connectivity_view import View
from percale.report.reasons import decision_lines
from percale.report.terminal import plain
from percale.report.traffic import packet_words


def why(view: View, row: int, column: int) -> list[str]:
    """Of a packet that passes where any does, or else of one that does not."""
    flow = view.passing.flow(row, column)
    wire = flow.always or flow.sometimes
    engine, passes = view.connectivity.engine, bool(wire)
    wire = wire or view.passing.masks[view.passing.everything]
    try:
        found = witness(engine, flow.source, flow.destination, wire, passes=passes)
    except ValueError:
        # A network for pods may be as small as one address.
        return ["no packet can be shown: there are no two addresses that these could have"]
    verdict, packet = found.verdict(view.staged), found.packet
    said = "passes" if verdict.allowed else "is denied"
    lines = [f"for instance {packet_words(packet)} from {packet.source} to {packet.destination} {said}"]
    for decision in verdict.decisions:
        lines += decision_lines(decision, packet, found.world)
    return list(map(plain, lines))
