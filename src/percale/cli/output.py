"""Standard output and error: either may be closed, full, or have a reader that has had enough."""

import os
import shutil
import sys
from typing import TextIO

from percale.errors import PercaleError

#: Of lines that are wrapped, where no terminal watches.
_USUAL_WIDTH = 100


class NoOutput(PercaleError):
    """What was asked for is known and cannot be told."""


def write_out(text: str) -> bool:
    """Whether anyone reads on. A reader that has had enough changes nothing about the answer, nor the exit code."""
    if sys.stdout is None:
        if text:
            raise NoOutput("standard output is closed")
        return False
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        return False
    except OSError as error:
        raise NoOutput(f"standard output cannot be written: {error.strerror}") from error
    return True


def write_error(text: str) -> None:
    """Talk that nobody can hear changes nothing either."""
    if sys.stderr is not None:
        try:
            _write(sys.stderr, text)
        except OSError:
            return


def terminal_width() -> int:
    """The same everywhere for files and pipes."""
    watched = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size((_USUAL_WIDTH, 24)).columns if watched else _USUAL_WIDTH


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # What is still buffered would be written, and fail, once more at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
