"""What an agent says of its work: a line for people, or an object for programs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from percale.agent.happenings import Happening
from percale.report.terminal import plain


def log_text(happening: Happening, at: datetime) -> str:
    """`2026-01-02T03:04:05.678Z info enforced revision=7 endpoints=2`."""
    details = " ".join(f"{name}={_value(value)}" for name, value in happening.details.items())
    return f"{_moment(at)} {happening.level} {happening.what}{' ' if details else ''}{details}"


def log_json(happening: Happening, at: datetime) -> str:
    about = {"time": _moment(at), "level": str(happening.level), "message": happening.what}
    return json.dumps({**about, **happening.details})


LOG_FORMATS: dict[str, Callable[[Happening, datetime], str]] = {"text": log_text, "json": log_json}


def _value(value: str | float) -> str:
    """Text with blanks in quotes, as a reader of `name=value` expects it."""
    if not isinstance(value, str):
        return str(value)
    shown = plain(value)
    return shown if shown.isascii() and shown.isalnum() else json.dumps(shown, ensure_ascii=False)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
