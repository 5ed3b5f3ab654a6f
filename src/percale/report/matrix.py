"""Predicted against observed, a row for each source and a column for each thing that was tried."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from percale.lab.probes import Probe, Result, Target
from percale.report.counts import counted
from percale.report.reasons import reason_words
from percale.report.terminal import plain
from percale.traffic.protocols import TCP, protocol_name

_LEGEND = """+ gets through    . is denied    both as predicted
! predicted and observed differ (listed below)    4 or 6: gets through in that IP version only"""
_PREDICTED_ONLY = "+ would get through    . would be denied    4 or 6: in that IP version only"

#: Wider matrices are split: a terminal folds them, and nobody can read that.
_COLUMNS_AT_ONCE = 24


def matrix_text(results: Sequence[Result]) -> str:
    observed = any(result.observed is not None for result in results)
    sources = list(dict.fromkeys(result.probe.source for result in results))
    blocks = [block for _, group in _by_destination(results) for block in _blocks(list(group), sources)]
    return plain_table("\n\n".join([*blocks, _LEGEND if observed else _PREDICTED_ONLY]))


def plain_table(text: str) -> str:
    return "\n".join(plain(line).rstrip() for line in text.split("\n"))


def _by_destination(results: Iterable[Result]) -> Iterable[tuple[tuple[str, str], Iterable[Result]]]:
    def key(result: Result) -> tuple[str, str]:
        """Published ports come last, each with all that it leads to."""
        target = result.probe.target
        return target.by_way_of, "" if target.by_way_of else target.destination

    return groupby(sorted(results, key=key), key=key)


def _blocks(results: list[Result], sources: list[str]) -> Iterator[str]:
    """One destination: what is tried of it across, who tries down."""
    targets = list(dict.fromkeys(result.probe.target for result in results))
    for first in range(0, len(targets), _COLUMNS_AT_ONCE):
        yield _block(results, targets[first : first + _COLUMNS_AT_ONCE], sources)


def _block(results: list[Result], targets: Sequence[Target], sources: list[str]) -> str:
    cells: dict[tuple[str, Target], list[Result]] = {}
    for result in results:
        cells.setdefault((result.probe.source, result.probe.target), []).append(result)
    heads = [_target(target) for target in targets]
    title = f"to {targets[0].by_way_of or targets[0].destination}"
    width = max(map(len, [*sources, title]))
    lines = [f"{title:{width}}  " + "  ".join(heads)]
    for source in sources:
        row = [_cell(cells.get((source, target), [])) for target in targets]
        if any(row):
            padded = (f"{cell:{len(head)}}" for cell, head in zip(row, heads, strict=True))
            lines.append(f"{source:{width}}  " + "  ".join(padded))
    return "\n".join(lines)


def _target(target: Target) -> str:
    if target.port is None:
        return "echo"
    if target.by_way_of:
        return f"-> {target.destination}:{target.port.port}"
    protocol = "" if target.port.protocol == TCP else f"/{protocol_name(target.port.protocol).lower()}"
    return f"{target.port.port}{protocol}{'' if target.declared else '*'}"


def _cell(results: Sequence[Result]) -> str:
    """Empty where nothing was to be tried."""
    if not results:
        return ""
    if not all(result.agrees for result in results):
        return "!"
    allowed = {result.probe.dialogue.version for result in results if result.probe.predicted.allowed}
    if not allowed:
        return "."
    return "+" if len(allowed) == len({result.probe.dialogue.version for result in results}) else str(min(allowed))


def disagreements_text(results: Iterable[Result]) -> str:
    return "\n".join(_disagreement(result) for result in results if not result.agrees)


def _disagreement(result: Result) -> str:
    probe = result.probe
    predicted, observed = ("gets through", "is denied") if probe.predicted.allowed else ("is denied", "gets through")
    why = "; ".join(f"{one.direction}: {reason_words(one.because)}" for one in probe.predicted.decisions)
    return f"{_flow(probe)}: predicted {predicted}, observed {observed} ({why})"


def _flow(probe: Probe) -> str:
    source = f"{probe.source} {probe.dialogue.source}"
    if probe.target.by_way_of:
        return f"{source} -> {probe.target.by_way_of} {_target(probe.target)}"
    return f"{source} -> {probe.target.destination} {probe.dialogue.destination} {_target(probe.target)}"


def summary_text(results: Sequence[Result]) -> str:
    """The last line of a lab's run."""
    tried = [result for result in results if result.observed is not None]
    wrong = sum(not result.agrees for result in tried)
    if not tried:
        return f"{counted(len(results), 'flow')} predicted, none observed"
    got_through = sum(bool(result.observed) for result in tried)
    return f"{counted(len(tried), 'probe')}, {got_through} got through, {counted(wrong, 'disagreement')}"
