"""An IP protocol as Calico's rules write it: one of six names, or a number that may be in quotes."""

from percale.errors import PercaleError
from percale.selector.errors import shortened
from percale.traffic.protocols import NUMBER_OF

LAST_PROTOCOL = 255

_NAMES = ", ".join(f"`{name}`" for name in NUMBER_OF)
_BY_ANY_CASE = {name.casefold(): name for name in NUMBER_OF}
_EVERY = frozenset({"", "*", "all", "any"})


class InvalidProtocol(PercaleError, ValueError):
    """Not a protocol; says so in the words of Calico's validator."""


def parse_protocol(value: int | str) -> int:
    """The number; names count only in the case that the API gives them."""
    if isinstance(value, str) and value in NUMBER_OF:
        return NUMBER_OF[value]
    number = _number(value)
    if number is None:
        says = f"protocol name invalid: `{shortened(str(value))}`"
        raise InvalidProtocol(says, hint=_meant(str(value)))
    if not 1 <= number <= LAST_PROTOCOL:
        says = f"protocol number invalid: `{shortened(str(value))}`"
        raise InvalidProtocol(says, hint=f"a protocol is one of {_NAMES} or a number from 1 to {LAST_PROTOCOL}")
    return number


def _number(value: int | str) -> int | None:
    """None for what is no number at all; any number of digits is read, what is too large as such."""
    if isinstance(value, int):
        return value
    if not (value.isascii() and value.isdigit()):
        return None
    significant = value.lstrip("0")
    return int(significant or "0") if len(significant) <= 3 else LAST_PROTOCOL + 1


def _meant(name: str) -> str:
    if name.casefold() in _EVERY:
        return "leave the field out to match every protocol"
    if right := _BY_ANY_CASE.get(name.casefold()):
        return f"did you mean `{right}`?"
    return f"a protocol is one of {_NAMES} or a number from 1 to {LAST_PROTOCOL}"
