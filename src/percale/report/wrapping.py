"""Lines that fit a terminal."""

from collections.abc import Iterable
from textwrap import wrap

from percale.report.terminal import plain

#: Narrower than this, lines are broken where nobody would look for the rest.
_NARROWEST = 40


def wrapped(lines: Iterable[str], width: int) -> str:
    """What does not fit goes on below, further in. A name that is too long alone stays whole, to be copied."""
    return "\n".join(part for line in lines for part in _parts(plain(line), max(width, _NARROWEST)))


def _parts(line: str, width: int) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    below = f"{indent}    "
    return wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
