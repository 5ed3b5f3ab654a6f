"""Everything that keeps a document from being its kind, at once.

msgspec answers quickly whether data has a type, and names one fault. This walk answers slowly and names all;
it runs only over a document that has been refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from percale.resources.whole_numbers import is_whole

#: From a document's root to a place in it, as it is spelt there.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    path: Path
    says: str
    hint: str = ""
    #: The text at fault and a mark below it, where the place alone does not show it.
    excerpt: str = ""
    #: Other parts without which it would be none.
    rests_on: tuple[Path, ...] = ()


def written(path: Path) -> str:
    """`spec.ingress[0].ports`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def faults(kind: type[msgspec.Struct], data: object) -> list[Fault]:
    """What is wrong with `data` as a `kind`; empty exactly when `converted` accepts it."""
    return list(_walk(shape(kind), data, ()))


@cache
def shape(kind: type[msgspec.Struct]) -> inspect.Type:
    """What `kind` consists of: slow to find out, and the same for all documents of a kind."""
    return inspect.type_info(kind)


def _walk(wanted: inspect.Type, data: object, path: Path) -> Iterator[Fault]:
    match wanted:
        case inspect.AnyType():
            return
        case inspect.StructType() if isinstance(data, dict):
            yield from _struct(wanted, data, path)
        case inspect.VarTupleType() if isinstance(data, list):
            for index, item in enumerate(data):
                yield from _walk(wanted.item_type, item, (*path, index))
        case inspect.DictType() if isinstance(data, dict):
            for key, item in data.items():
                if isinstance(key, str):
                    yield from _walk(wanted.value_type, item, (*path, key))
                else:
                    yield _not_a_key(key, path)
        case inspect.UnionType():
            yield from _union(wanted, data, path)
        case _:
            if not is_scalar(wanted, data):
                yield Fault(path, f"expected {_named(wanted)}, found {_found(data)}", _hint(wanted, data))


def _union(wanted: inspect.UnionType, data: object, path: Path) -> Iterator[Fault]:
    if shaped := next((one for one in wanted.types if has_shape(one, data)), None):
        yield from _walk(shaped, data, path)
    elif not any(is_scalar(one, data) for one in wanted.types):
        names = " or ".join(_named(one) for one in wanted.types if not isinstance(one, inspect.NoneType))
        yield Fault(path, f"expected {names}, found {_found(data)}")


def has_shape(wanted: inspect.Type, data: object) -> bool:
    match wanted:
        case inspect.StructType():
            return isinstance(data, dict)
        case inspect.VarTupleType():
            return isinstance(data, list)
        case _:
            return False


def _struct(wanted: inspect.StructType, data: dict[Any, Any], path: Path) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in wanted.fields}
    for key, item in data.items():
        if not isinstance(key, str):
            yield _not_a_key(key, path)
        elif key in fields:
            yield from _walk(fields[key].type, item, (*path, key))
        elif wanted.cls.__struct_config__.forbid_unknown_fields:
            yield Fault((*path, key), f"unknown field `{key}`", _where_it_belongs(key, wanted))
    for name, field in fields.items():
        if field.required and name not in data:
            yield Fault(path, f"field `{name}` is missing")


def _not_a_key(key: object, path: Path) -> Fault:
    return Fault(path, f"expected a string as key, found {_found(key)}", _quoting(key))


def _where_it_belongs(key: str, struct: inspect.StructType) -> str:
    """A field of the same name a level or more below, or a similar name here."""
    below = sorted({written(path) for path in _paths_to(key, struct, ())}, key=lambda path: (path.count("."), path))
    if below:
        return f"`{key}` belongs in " + " or ".join(f"`{path}`" for path in below[:2])
    known = [field.encode_name for field in struct.fields]
    if close := get_close_matches(key, known, n=1):
        return f"did you mean `{close[0]}`?"
    return "known here: " + ", ".join(f"`{name}`" for name in sorted(known))


def _paths_to(key: str, struct: inspect.StructType, path: Path) -> Iterator[Path]:
    for field in struct.fields:
        for inner in _structs_in(field.type):
            if any(one.encode_name == key for one in inner.fields):
                yield (*path, field.encode_name)
            yield from _paths_to(key, inner, (*path, field.encode_name))


def _structs_in(wanted: inspect.Type) -> Iterator[inspect.StructType]:
    match wanted:
        case inspect.StructType():
            yield wanted
        case inspect.VarTupleType():
            yield from _structs_in(wanted.item_type)
        case inspect.UnionType():
            for one in wanted.types:
                yield from _structs_in(one)


def is_scalar(wanted: inspect.Type, data: object) -> bool:
    match wanted:
        case inspect.StrType():
            return isinstance(data, str)
        case inspect.BoolType():
            return isinstance(data, bool)
        case inspect.IntType():
            return (isinstance(data, int) and not isinstance(data, bool)) or is_whole(data)
        case inspect.FloatType():
            return isinstance(data, int | float) and not isinstance(data, bool) and _fits_float(data)
        case inspect.NoneType():
            return data is None
        case _:
            return False


def _fits_float(number: float) -> bool:
    try:
        float(number)
    except OverflowError:
        return False
    return True


def _named(wanted: inspect.Type) -> str:
    match wanted:
        case inspect.StrType():
            return "a string"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.VarTupleType():
            return "a list"
        case _:
            return "a mapping"


def _found(data: object) -> str:
    match data:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return "true" if data else "false"
        case None:
            return "nothing"
        case str():
            return f"the string {_shortened(data)}"
        case _:
            return f"the number {data}"


def _shortened(text: str) -> str:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return repr(shown)


def _hint(wanted: inspect.Type, data: object) -> str:
    return _quoting(data) if isinstance(wanted, inspect.StrType) else ""


def _quoting(data: object) -> str:
    return f'put it in quotes: "{str(data).lower()}"' if isinstance(data, bool | int | float) else ""
