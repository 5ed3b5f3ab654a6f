"""What became of expectations, in the Test Anything Protocol, version 14: https://testanything.org"""

import json
from collections.abc import Iterator, Sequence

from percale.analysis.expectations.proving import Result
from percale.report.expectations import Telling
from percale.report.terminal import plain, plain_lines


def results_tap(results: Sequence[Result], telling: Telling) -> str:
    lines = ["TAP version 14", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        lines += _result_lines(number, result, telling)
    return "\n".join(lines)


def _result_lines(number: int, result: Result, telling: Telling) -> Iterator[str]:
    said = "ok" if result.holds else "not ok"
    yield f"{said} {number} - {_description(f'{result.expected.suite}: {result.expected.name}')}"
    if not result.holds:
        # What JSON can say is YAML too, and leaves nothing to be quoted wrongly.
        yield "  ---"
        yield f"  message: {json.dumps(plain(telling.head(result)))}"
        yield f"  at: {json.dumps(plain(str(result.expected.place)))}"
        yield "  why:"
        yield from (f"    - {json.dumps(plain_lines(line))}" for line in telling.lines(result))
        yield "  ..."


def _description(text: str) -> str:
    r"""A `#` would begin a directive, `\` an escape."""
    return plain(text).replace("\\", "\\\\").replace("#", "\\#")
