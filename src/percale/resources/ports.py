"""A port as Calico's rules write it: a number, `"8080"`, `"1:52"` or the name of a container port."""

import re
from dataclasses import dataclass

from percale.errors import PercaleError
from percale.selector.errors import shortened

LAST_PORT = 65535

_NUMBER = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]+):([0-9]+)")
_DASHED_RANGE = re.compile(r"([0-9]+) ?- ?([0-9]+)")
_NAME_CHARACTERS = re.compile(r"[-a-z0-9]+")


class InvalidPort(PercaleError, ValueError):
    """Not a port; says so in the words of Calico's validator."""


@dataclass(frozen=True, slots=True)
class NumericPorts:
    """`first` to `last`, both included; one port has them equal."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= LAST_PORT:
            raise ValueError(f"port range {self.first}-{self.last} does not run upwards within 1-{LAST_PORT}")


@dataclass(frozen=True, slots=True)
class NamedPort:
    name: str


def parse_port(value: int | str) -> NumericPorts | NamedPort:
    if isinstance(value, int):
        number = value if 0 <= value <= LAST_PORT else None
        return _numeric(_required(number, f"invalid port format ({shortened(str(value))})"))
    if _NUMBER.fullmatch(value):
        return _numeric(_required(_number(value), f"invalid port format ({shortened(value)})"))
    if range_ := _RANGE.fullmatch(value):
        return _range(range_[1], range_[2], shortened(value))
    if complaint := next(iter(port_name_faults(value)), ""):
        raise InvalidPort(f"invalid name for named port ({shortened(value)}): {complaint}", hint=_meant(value))
    return NamedPort(value)


def port_name_faults(name: str) -> list[str]:
    """What keeps a name from being a port's, in Kubernetes' words; its limits are Calico's too."""
    faults = []
    if len(name) > 15:
        faults.append("must be no more than 15 bytes")
    if not _NAME_CHARACTERS.fullmatch(name):
        faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    elif not any("a" <= character <= "z" for character in name):
        faults.append("must contain at least one letter (a-z)")
    if "--" in name:
        faults.append("must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        faults.append("must not begin or end with a hyphen")
    return faults


def _range(first: str, last: str, text: str) -> NumericPorts:
    low = _required(_number(first), f"invalid minimum port number in range ({text})")
    high = _required(_number(last), f"invalid maximum port number in range ({text})")
    if low > high:
        raise InvalidPort(
            f"minimum port number ({low}) is greater than maximum port number ({high}) in port range",
            hint=f'write "{high}:{low}"' if high else "",
        )
    return _numeric(low, high)


def _numeric(first: int, last: int | None = None) -> NumericPorts:
    if first == 0:
        raise InvalidPort("port range invalid, port number must be between 1 and 65535")
    return NumericPorts(first, first if last is None else last)


def _number(digits: str) -> int | None:
    """None beyond the last port: digits may go on for megabytes, and int() would refuse or take its time."""
    significant = digits.lstrip("0")
    if len(significant) > 5:
        return None
    number = int(significant or "0")
    return number if number <= LAST_PORT else None


def _required(number: int | None, says: str) -> int:
    if number is None:
        raise InvalidPort(says, hint=f"the last port is {LAST_PORT}")
    return number


def _meant(name: str) -> str:
    if dashed := _DASHED_RANGE.fullmatch(name):
        return f'a range is written with a colon: "{shortened(dashed[1])}:{shortened(dashed[2])}"'
    if not port_name_faults(name.lower()):
        return f"did you mean `{name.lower()}`?"
    return ""
