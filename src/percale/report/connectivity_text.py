"""Who can reach whom, as lines to read: a block for each source, or a summary where that were too long."""

from collections.abc import Iterator, Sequence

from percale.analysis.connectivity import Group
from percale.report.connectivity_blocks import Block, by_destination, by_source, parts
from percale.report.connectivity_summary import summary_lines
from percale.report.connectivity_view import View
from percale.report.terminal import plain_lines

#: More lines than this nobody reads: what is beyond is summed up unless asked for in full.
_MANY_LINES = 200


def connectivity_text(views: Sequence[View], *, expand: bool) -> str:
    several = len(views) > 1
    return plain_lines("\n".join(line for view in views for line in _lines(view, several=several, expand=expand)))


def _lines(view: View, *, several: bool, expand: bool) -> Iterator[str]:
    if several:
        yield f"IPv{view.version}"
    if not view.shown.any():
        yield "nothing that was asked about can reach anything"
        return
    yield from _shortest(view, expand=expand)


def _shortest(view: View, *, expand: bool) -> list[str]:
    for arrow, blocks_of in (("->", by_source), ("<-", by_destination)):
        blocks = blocks_of(view, None if expand else _MANY_LINES)
        if blocks is not None:
            return [*_block_lines(view, blocks, arrow), *_depending(view, blocks, arrow)]
    return [line.text for line in summary_lines(view)]


def _block_lines(view: View, blocks: Sequence[Block], arrow: str) -> Iterator[str]:
    for block in blocks:
        lines = [
            f"  {arrow} {_called(view, entry.peers)}: {view.words(entry.answer)[0]}"
            for entry in block.entries
            if view.words(entry.answer)[0]
        ]
        if lines:
            yield ", ".join(view.names.words(one) for one in parts(block.groups))
            yield from lines


def _called(view: View, groups: Sequence[Group]) -> str:
    return ", ".join(map(view.names.name, parts(groups)))


def _depending(view: View, blocks: Sequence[Block], arrow: str) -> Iterator[str]:
    lines = [
        f"  {_called(view, block.groups)} {arrow} {_called(view, entry.peers)}: {depending}"
        for block in blocks
        for entry in block.entries
        if (depending := view.words(entry.answer)[1])
    ]
    if lines:
        yield "depends on which address a workload has or gets; --pod-network says where they get theirs:"
        yield from lines
