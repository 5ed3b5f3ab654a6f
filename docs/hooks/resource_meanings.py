# ruff: noqa: INP001  a script of the documentation's build
"""What a field means: the `#:` comment above it, which costs nothing where the types are imported."""

import inspect
import re
import sys
from functools import cache

import msgspec

_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"((?:^    #: .*\n)+)    (\w+):", re.MULTILINE)
_DEFAULT = re.compile(r" ?Default: (.+)\.$")
_REQUIRED = " Required."


def meaning_of(struct: type[msgspec.Struct], name: str) -> str:
    """The `#:` comment above the field, its default included; empty if there is none."""
    return next((found[name] for base in struct.__mro__ if name in (found := _comments(base))), "")


def default_and_meaning(struct: type[msgspec.Struct], name: str) -> tuple[str, str]:
    """What the code's default does not tell, and the rest."""
    comment = meaning_of(struct, name)
    if comment.endswith(_REQUIRED):
        return "required", comment.removesuffix(_REQUIRED)
    default = _DEFAULT.search(comment)
    return (default[1], comment[: default.start()]) if default else ("", comment)


def _comments(struct: type) -> dict[str, str]:
    return _comments_of(struct.__module__).get(struct.__name__, {}) if issubclass(struct, msgspec.Struct) else {}


@cache
def _comments_of(module: str) -> dict[str, dict[str, str]]:
    """By class and field. The text is read once: to look up the source of one class parses the whole module."""
    _, *parts = _CLASS.split(inspect.getsource(sys.modules[module]))
    return {
        name: {one: " ".join(text.replace("#:", "").split()) for text, one in _COMMENT.findall(body)}
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
