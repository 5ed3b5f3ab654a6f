# ruff: noqa: ANN401, INP001  annotations are looked at as values; a script of the documentation's build
"""Tables of a type's fields: path, type, default, limits, and the meaning that stands beside the field in the code."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

import msgspec
from resource_limits import limit_of
from resource_meanings import default_and_meaning

from percale.resources.kinds import Kind
from percale.resources.wire import ObjectMeta

Struct = type[msgspec.Struct]

#: Rows of `metadata` on a kind's own page; the others, which all kinds share, stand on the index alone.
OWN_METADATA = ("name", "generate_name", "namespace", "labels", "annotations")

_HEAD = ["| Field | Type | Default | Limits | Meaning |", "|---|---|---|---|---|"]
_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "anything"}
_PLURALS = {str: "strings", int: "integers", Any: "objects", int | str: "integers or strings"}


@dataclass(frozen=True, slots=True)
class Section:
    """A type that stands at several places of a kind: its fields are listed once."""

    type: Struct
    places: list[str] = field(default_factory=list)


def fields_of(kind: Kind) -> str:
    """Every field of the kind but the common metadata, in Markdown."""
    sections = _sections(kind.type)
    lines = [*_HEAD, *_rows(kind.type, "", sections, kind)]
    for section in sections.values():
        name = section.type.__name__
        lines += ["", f"### {name}", "", f"At {_listed(section.places)}.", "", *_HEAD]
        lines += _rows(section.type, "", sections, kind)
    return "\n".join(lines)


def metadata_fields() -> str:
    """What every kind has below `metadata`."""
    return "\n".join([*_HEAD, *(_row(ObjectMeta, one, "metadata.", {}, None) for one in _fields(ObjectMeta))])


def described_structs(top: Struct) -> Iterator[Struct]:
    """The type and all that stand below it, each once."""
    seen: dict[Struct, None] = {top: None}
    pending = [top]
    while pending:
        for one in _fields(pending.pop()):
            if (inner := _struct_in(one.type)) and inner not in seen:
                seen[inner] = None
                pending.append(inner)
    return iter(seen)


def _rows(struct: Struct, prefix: str, sections: dict[Struct, Section], kind: Kind) -> Iterator[str]:
    for one in _fields(struct):
        inner = _struct_in(one.type)
        path = f"{prefix}{one.encode_name}{_brackets(one.type)}"
        if inner is ObjectMeta and not prefix:
            yield from _metadata_rows(kind)
            continue
        yield _row(struct, one, prefix, sections, kind)
        if inner and inner not in sections and inner is not ObjectMeta:
            yield from _rows(inner, f"{path}.", sections, kind)


def _metadata_rows(kind: Kind) -> Iterator[str]:
    for one in _fields(ObjectMeta):
        if one.name in OWN_METADATA and (kind.namespaced or one.name != "namespace"):
            yield _row(ObjectMeta, one, "metadata.", {}, kind)
    yield "| `metadata` | object | | | [Further fields](index.md#metadata), the same for every kind. |"


def _row(
    struct: Struct, one: msgspec.structs.FieldInfo, prefix: str, sections: dict[Struct, Section], kind: Kind | None
) -> str:
    default, meaning = default_and_meaning(struct, one.name)
    cells = (
        f"`{prefix}{one.encode_name}`",
        _type(one.type, sections),
        "required" if one.required else default or _written(one.default),
        limit_of(struct, one.name, kind),
        meaning,
    )
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _written(default: object) -> str:
    match default:
        case bool():
            return f"`{str(default).lower()}`"
        case str() if default:
            return f"`{default}`"
        case tuple() if default:
            return ", ".join(f"`{item}`" for item in default)
        case _:
            return ""


def _type(annotation: Any, sections: dict[Struct, Section]) -> str:
    annotation = _present(annotation)
    if getattr(annotation, "__origin__", None) is dict:
        return "map of strings"
    inner = _struct_in(annotation)
    many = bool(_brackets(annotation))
    if inner is ObjectMeta:
        return "[metadata](index.md#metadata)"
    if inner in sections:
        link = f"[{inner.__name__}](#{inner.__name__.lower()})"
        return f"list of {link}" if many else link
    if inner:
        return "list of objects" if many else "object"
    if many:
        return f"list of {_PLURALS[get_args(annotation)[0]]}"
    return " or ".join(_NAMES[one] for one in get_args(annotation) or (annotation,))


def _sections(top: Struct) -> dict[Struct, Section]:
    """Types that more than one field has, with the full paths at which they stand."""
    uses = [inner for struct in described_structs(top) for one in _fields(struct) if (inner := _struct_in(one.type))]
    found = {one: Section(one) for one in dict.fromkeys(uses) if uses.count(one) > 1 and one is not ObjectMeta}
    for path, struct in _places(top, ""):
        if struct in found:
            found[struct].places.append(path)
    return found


def _places(struct: Struct, prefix: str) -> Iterator[tuple[str, Struct]]:
    for one in _fields(struct):
        if inner := _struct_in(one.type):
            path = f"{prefix}{one.encode_name}{_brackets(one.type)}"
            yield path, inner
            yield from _places(inner, f"{path}.")


def _listed(places: list[str]) -> str:
    return ", ".join(f"`{place}`" for place in places)


@cache
def _fields(struct: Struct) -> tuple[msgspec.structs.FieldInfo, ...]:
    """In the order of the code, but what servers report last."""
    return tuple(sorted(msgspec.structs.fields(struct), key=lambda one: one.name == "status"))


def _present(annotation: Any) -> Any:
    """Without the None that stands for an absent field."""
    inner = get_args(annotation)
    if type(None) not in inner:
        return annotation
    rest = [one for one in inner if one is not type(None)]
    return rest[0] if len(rest) == 1 else int | str


def _brackets(annotation: Any) -> str:
    return "[]" if getattr(_present(annotation), "__origin__", None) is tuple else ""


def _struct_in(annotation: Any) -> Struct | None:
    annotation = _present(annotation)
    inner = get_args(annotation)[0] if _brackets(annotation) else annotation
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None
