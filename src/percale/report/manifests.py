"""Resources as YAML and JSON, to be read again: by Percale, calicoctl and kubectl alike."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from yaml import dump
from yaml.cyaml import CSafeDumper
from yaml.nodes import ScalarNode

from percale.resources.scalars import plain
from percale.resources.whole_numbers import is_whole

_FIRST = ("kind", "apiVersion", "metadata")


def yaml_text(shown: object) -> str:
    """Keys sorted, lists at the column of their key, as Go's libraries write it."""
    text = dump(
        _settled(shown), Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=True, width=_ONE_LINE
    )
    return _escaped(text, lambda letter: f"\\U{ord(letter):08x}")


def json_text(shown: object, *, indent: int | None = 2) -> str:
    text = json.dumps(_settled(shown), indent=indent, ensure_ascii=False)
    return _escaped(text, lambda letter: json.dumps(letter)[1:-1])


_ONE_LINE = 1 << 30
_STRING = "tag:yaml.org,2002:str"


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """Without what may not reach a terminal; both forms have escapes for it inside quotes, and only there it is."""
    return text if _is_shown(text) else "".join(one if _is_shown(one) else escape(one) for one in text)


def _is_shown(text: str) -> bool:
    return text.replace("\n", "").isprintable()


class _Dumper(CSafeDumper):
    """Quotes what would be read as something else, by the rules that kubectl reads by."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the library's signature
        return True


def _string(dumper: _Dumper, text: str) -> ScalarNode:
    if not _is_shown(text):
        return dumper.represent_scalar(_STRING, text, style='"')
    if "\n" in text:
        return dumper.represent_scalar(_STRING, text, style="|")
    resolved = dumper.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # the stubs' gap
    is_plain = isinstance(plain(text), str) and resolved == _STRING
    style = None if is_plain else '"'
    return dumper.represent_scalar(_STRING, text, style=style)


_Dumper.add_representer(str, _string)


def _settled(value: Any, *, is_top: bool = True) -> Any:  # noqa: ANN401  what JSON can hold
    """Go's order of fields, and whole numbers without a point."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (_FIRST.index(key) if is_top and key in _FIRST else len(_FIRST), key))
        return {key: _settled(value[key], is_top=is_top and key == "items") for key in keys}
    if isinstance(value, list | tuple):
        return [_settled(item, is_top=is_top) for item in value]
    return int(value) if is_whole(value) else value
