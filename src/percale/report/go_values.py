"""Values as Go's templates print them: calicoctl's tables are made of these."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

#: Numbers with other decimal exponents are written as `1e+06`.
_PLAIN_EXPONENTS = range(-4, 6)


def go_text(value: Any) -> str:  # noqa: ANN401  what JSON can hold
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return f"map[{' '.join(f'{key}:{go_text(item)}' for key, item in sorted(value.items()))}]"
        case list():
            return f"[{' '.join(map(go_text, value))}]"
        case _:
            return str(value)


def go_float(value: float | None) -> str:
    """Of a field that is a float in Go, whatever JSON made of it: 1000000 prints as `1e+06`."""
    if value is None:
        return "<nil>"
    sign, digits, shift = Decimal(repr(float(value))).normalize().as_tuple()
    if not isinstance(shift, int):
        raise ValueError(f"{value} is no number of JSON")  # noqa: TRY004  its kind is right
    exponent = len(digits) + shift - 1
    if exponent in _PLAIN_EXPONENTS:
        return f"{value:.{max(0, -shift)}f}"
    first, *rest = digits
    point = f".{''.join(map(str, rest))}" if rest else ""
    return f"{'-' if sign else ''}{first}{point}e{exponent:+03d}"


def joined(items: Iterable[str] | Mapping[str, str] | None, *, longest: int = 0) -> str:
    """By commas; what is too long ends in three dots. A mapping's items are `key=value`."""
    if isinstance(items, Mapping):
        items = sorted(f"{key}={value}" for key, value in items.items())
    text = ",".join(items or ())
    return f"{text[: longest - 3]}..." if longest and len(text) > longest else text
