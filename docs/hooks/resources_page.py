# ruff: noqa: ANN401, INP001  annotations are looked at as values; a script of the documentation's build
"""Writes the tables of the resources page from the types that decode manifests."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import msgspec

from percale.resources.kinds import KINDS, Kind

MARK = "<!-- kinds -->"

#: What a field's name, type and `#:` comment do not tell; `Type.field` as Python spells it.
REMARKS = {
    "EntityRule.domains": "judged by `percale reach`; refused by `ruleset` and `lab`, since no names are resolved",
    "EntityRule.services": "by the Service's endpoints, never by the cluster IP; without a namespace the policy's own",
    "GlobalPolicySpec.apply_on_forward": "asked of forwarded traffic as well; the two below need it",
    "GlobalPolicySpec.do_not_track": "before connection tracking; replies need rules of their own; nothing on `*`",
    "GlobalPolicySpec.pre_dnat": "what arrives, under the address and port that it was sent to; ingress only",
    "NetworkSetSpec.allowed_egress_domains": "judged by `percale reach`; a rule that selects them is refused elsewhere",
    "PolicySpec.order": "lower is asked first; without it, last",
    "PolicySpec.performance_hints": "no effect",
    "PolicySpec.tier": "`default` when absent; one that does not exist comes last and denies",
    "PolicySpec.types": "when absent: Ingress, unless there are egress rules only; both when there are both",
    "PodSpec.host_network": "such a pod is the host: no policy selects it",
    "Rule.http": "validated; no effect, as in Calico's packet filter",
    "Rule.metadata": "no effect on matching",
    "TierSpec.order": "lower is asked first",
}

#: Read for every kind, and the same in all of them.
_COMMON = frozenset({"api_version", "kind", "metadata"})
_WRITTEN_OUT = ("Spec", "Template", "Status")
_FIELD = re.compile(r"((?:^    #: .*\n)+)    (\w+):", re.MULTILINE)
#: Where the specification is cited: it is no part of the documentation.
_CITATION = re.compile(r":? \(?(?:calico-semantics )?§[\d.]+(?:[-,] ?§?[\d.]+)*\)?")
_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "anything", type(None): ""}


def on_page_markdown(markdown: str, **_: Any) -> str:
    return markdown.replace(MARK, resources_markdown()) if MARK in markdown else markdown


def resources_markdown() -> str:
    parts: dict[str, type[msgspec.Struct]] = {}
    kinds = [line for kind in KINDS for line in _kind(kind, parts)]
    shared: list[str] = ["## Parts", ""]
    written: set[str] = set()
    while missing := sorted(parts.keys() - written):
        for anchor in missing:
            written.add(anchor)
            shared += [f"### {_title(parts[anchor])} {{#{anchor}}}", "", *_table(parts[anchor], parts)]
    return "\n".join(kinds + shared)


def _kind(kind: Kind, parts: dict[str, type[msgspec.Struct]]) -> Iterator[str]:
    yield from (f"## {kind.name}, `{kind.api_version}`", "")
    where = "In a namespace." if kind.namespaced else "Cluster-wide."
    closed = kind.type.__struct_config__.forbid_unknown_fields
    rest = "Unknown fields are problems." if closed else "Other fields are accepted and not read."
    yield from (f"{where} {rest}", "", *_table(kind.type, parts, skip=_COMMON))


def _title(part: type[msgspec.Struct]) -> str:
    """With the name of its module, since two dialects may call different things the same."""
    return f"{part.__name__} ({part.__module__.rpartition('.')[2].replace('_', ' ')})"


def _table(
    struct: type[msgspec.Struct], parts: dict[str, type[msgspec.Struct]], skip: frozenset[str] = frozenset()
) -> list[str]:
    rows = list(_rows(struct, "", parts, skip))
    if not rows:
        return ["Only `metadata` is read.", ""]
    return ["| Field | Type | Remarks |", "|---|---|---|", *rows, ""]


def _rows(
    struct: type[msgspec.Struct], prefix: str, parts: dict[str, type[msgspec.Struct]], skip: frozenset[str]
) -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        if field.name in skip or (field.name == "status" and field.type is Any):
            continue
        path = f"{prefix}{field.encode_name}"
        if _is_struct(field.type) and field.type.__name__.endswith(_WRITTEN_OUT):
            yield from _rows(field.type, f"{path}.", parts, frozenset())
        else:
            yield f"| `{path}` | {_type(field.type, parts)} | {'; '.join(_remarks(struct, field))} |"


def _remarks(struct: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> Iterator[str]:
    if field.required:
        yield "required"
    elif isinstance(field.default, str | int | float | bool) and field.default not in ("", 0, False):
        yield f"`{field.default}` when absent"
    for base in struct.__mro__:
        remark = REMARKS.get(f"{base.__name__}.{field.name}") or _comments(base).get(field.name)
        if remark:
            yield remark.replace("|", r"\|")
            return


@cache
def _comments(struct: type) -> dict[str, str]:
    """The `#:` comments above fields, by the fields' names."""
    if not issubclass(struct, msgspec.Struct) or struct is msgspec.Struct:
        return {}
    found = _FIELD.findall(inspect.getsource(struct))
    return {name: _CITATION.sub("", " ".join(text.replace("#:", "").split())).rstrip(".") for text, name in found}


def _type(annotation: Any, parts: dict[str, type[msgspec.Struct]]) -> str:
    if _is_struct(annotation):
        anchor = f"{annotation.__module__.rpartition('.')[2]}-{annotation.__name__}".lower().replace("_", "-")
        parts[anchor] = annotation
        return f"[{annotation.__name__}](#{anchor})"
    if annotation in _NAMES:
        return _NAMES[annotation]
    inner = [one for one in get_args(annotation) if one is not Ellipsis]
    origin = getattr(annotation, "__origin__", None)
    if origin is dict:
        return f"map of {_type(inner[0], parts)} to {_type(inner[1], parts)}"
    if origin is tuple:
        return f"list of {_type(inner[0], parts)}"
    return " or ".join(text for text in (_type(one, parts) for one in inner) if text)


def _is_struct(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
