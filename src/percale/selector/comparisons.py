"""The leaves of a selector: each asks one thing of an object's labels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

Labels = Mapping[str, str]

LABEL_CHARACTER = "[A-Za-z0-9_./-]"
_KEY = re.compile(f"{LABEL_CHARACTER}+")


def _quoted(value: str) -> str:
    quote = "'" if '"' in value else '"'
    return f"{quote}{value}{quote}"


def _check_value(value: str) -> None:
    if "'" in value and '"' in value:
        raise ValueError(f"{value!r} holds both kinds of quotes, which no selector can say")


@dataclass(frozen=True, slots=True)
class All:
    """True of everything; also what an empty text means."""

    def matches(self, labels: Labels) -> bool:  # noqa: ARG002  the labels make no difference
        return True

    def __str__(self) -> str:
        return "all()"


@dataclass(frozen=True, slots=True)
class Global:
    """True of everything, like `all()`: whoever gives it its special meaning replaces it first."""

    def matches(self, labels: Labels) -> bool:  # noqa: ARG002  the labels make no difference
        return True

    def __str__(self) -> str:
        return "global()"


@dataclass(frozen=True, slots=True)
class _OfLabel:
    key: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no label key")


@dataclass(frozen=True, slots=True)
class Has(_OfLabel):
    def matches(self, labels: Labels) -> bool:
        return self.key in labels

    def __str__(self) -> str:
        return f"has({self.key})"


@dataclass(frozen=True, slots=True)
class _WithValue(_OfLabel):
    value: str

    operator: ClassVar[str]

    def __post_init__(self) -> None:
        _OfLabel.__post_init__(self)
        _check_value(self.value)

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {_quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Equals(_WithValue):
    operator = "=="

    def matches(self, labels: Labels) -> bool:
        return labels.get(self.key) == self.value


@dataclass(frozen=True, slots=True)
class NotEquals(_WithValue):
    """True also where the label is missing."""

    operator = "!="

    def matches(self, labels: Labels) -> bool:
        return labels.get(self.key) != self.value


@dataclass(frozen=True, slots=True)
class Contains(_WithValue):
    operator = "contains"

    def matches(self, labels: Labels) -> bool:
        return (value := labels.get(self.key)) is not None and self.value in value


@dataclass(frozen=True, slots=True)
class StartsWith(_WithValue):
    operator = "starts with"

    def matches(self, labels: Labels) -> bool:
        return (value := labels.get(self.key)) is not None and value.startswith(self.value)


@dataclass(frozen=True, slots=True)
class EndsWith(_WithValue):
    operator = "ends with"

    def matches(self, labels: Labels) -> bool:
        return (value := labels.get(self.key)) is not None and value.endswith(self.value)


@dataclass(frozen=True, slots=True)
class _WithSet(_OfLabel):
    #: Sorted, each once, in whatever order and number they were given.
    values: tuple[str, ...]

    operator: ClassVar[str]

    def __post_init__(self) -> None:
        _OfLabel.__post_init__(self)
        for value in self.values:
            _check_value(value)
        object.__setattr__(self, "values", tuple(sorted(set(self.values))))

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {{{', '.join(map(_quoted, self.values))}}}"


@dataclass(frozen=True, slots=True)
class In(_WithSet):
    operator = "in"

    def matches(self, labels: Labels) -> bool:
        return labels.get(self.key) in self.values


@dataclass(frozen=True, slots=True)
class NotIn(_WithSet):
    """True also where the label is missing."""

    operator = "not in"

    def matches(self, labels: Labels) -> bool:
        return labels.get(self.key) not in self.values


Keyed = Has | Equals | NotEquals | In | NotIn | Contains | StartsWith | EndsWith
Comparison = All | Global | Keyed
