"""Lines of an agent's log: text of strangers cannot make up a line, or rewrite one."""

import json
from datetime import UTC, datetime

import pytest

from percale.agent.happenings import Happening, Level
from percale.report.agent_log import log_json, log_text

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)


@pytest.mark.parametrize(
    ("happening", "line"),
    [
        (Happening("started"), "2026-01-02T03:04:05.678Z info started"),
        (
            Happening("enforced", details={"revision": "7", "seconds": 0.25}),
            "2026-01-02T03:04:05.678Z info enforced revision=7 seconds=0.25",
        ),
        (
            Happening("lost", Level.WARNING, {"error": 'no "such" file'}),
            '2026-01-02T03:04:05.678Z warning lost error="no \\"such\\" file"',
        ),
        (
            Happening("lost", details={"error": "a\n2026-01-02 error all is lost\x1b[31m"}),
            '2026-01-02T03:04:05.678Z info lost error="a\\\\n2026-01-02 error all is lost\\\\x1b[31m"',
        ),
    ],
)
def test_a_line_of_text(happening: Happening, line: str) -> None:
    assert log_text(happening, AT) == line


def test_a_line_of_json() -> None:
    line = log_json(Happening("lost", Level.ERROR, {"error": "a\nb", "count": 2}), AT)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-02T03:04:05.678Z", "level": "error", "message": "lost", "error": "a\nb", "count": 2,
    }  # fmt: skip
