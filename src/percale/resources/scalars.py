"""What an unquoted YAML scalar means to kubectl: the rules of sigs.k8s.io/yaml, neither YAML 1.1 nor 1.2.

`1:52` and dates stay strings, `0777` is octal, `08` is a float, and `yes`, `on`, `y` are booleans.
"""

import math
import re
from collections.abc import Callable

Scalar = str | int | float | bool | None

_TAG_PREFIX = "tag:yaml.org,2002:"

_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}

_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", re.ASCII)
_BASES = (16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
# A number that begins with its point has underscores between digits only; others have them anywhere.
_POINT_FIRST = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)

_MIN_INTEGER, _MAX_INTEGER = -(1 << 63), (1 << 64) - 1
# 64 binary digits are the longest integer in range.
_MOST_DIGITS = 64


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        return _finite(text.replace("_", ""), text) if _POINT_FIRST.fullmatch(text) else text
    if first in "+-0123456789":
        return _number(text)
    return text


def is_known(tag: str) -> bool:
    return tag in _FITTING


def tagged(tag: str, text: str) -> Scalar:
    """The value under a known tag, quoted or not; raises ValueError where the tag does not fit the text."""
    return _FITTING[tag](text)


def tag_name(tag: str) -> str:
    """A tag as users write it: `!!int`, `!mine`."""
    return f"!!{tag.removeprefix(_TAG_PREFIX)}" if tag.startswith(_TAG_PREFIX) else tag


def _number(text: str) -> Scalar:
    digits = text.replace("_", "")
    value = _integer(digits)
    if value is None and _FLOAT.fullmatch(digits):
        return _finite(digits, text)
    return text if value is None else value


def _integer(digits: str) -> int | None:
    match = _INTEGER.fullmatch(digits)
    if match is None:
        return None
    sign, *forms = match.groups()
    form, base = next((form, base) for form, base in zip(forms, _BASES, strict=True) if form is not None)
    significant = form.lstrip("0")
    if len(significant) > _MOST_DIGITS:
        return None
    value = int(sign + (significant or "0"), base)
    return value if _MIN_INTEGER <= value <= _MAX_INTEGER else None


def _finite(digits: str, text: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else text


def _null(text: str) -> Scalar:
    if plain(text) is not None:
        raise ValueError("not a null")
    return None


def _bool(text: str) -> Scalar:
    value = plain(text)
    if not isinstance(value, bool):
        raise ValueError("not a boolean")  # noqa: TRY004  it is the text that does not fit
    return value


def _int(text: str) -> Scalar:
    value = plain(text)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a whole number")  # noqa: TRY004  as above
    return value


def _float(text: str) -> Scalar:
    value = plain(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004  as above
    return float(value)


_FITTING: dict[str, Callable[[str], Scalar]] = {
    "!": str,
    f"{_TAG_PREFIX}str": str,
    f"{_TAG_PREFIX}null": _null,
    f"{_TAG_PREFIX}bool": _bool,
    f"{_TAG_PREFIX}int": _int,
    f"{_TAG_PREFIX}float": _float,
}
