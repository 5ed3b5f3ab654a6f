# ruff: noqa: INP001, SLF001  a script of the documentation's build, which reads what validation keeps to itself
"""What a field may hold, from the tables and numbers that validation itself uses."""

from collections.abc import Mapping

import calico_limits
import endpoint_limits
import kubernetes_limits
import msgspec
import settings_limits

from percale.resources.kinds import Kind
from percale.resources.validation import metadata, names

#: `Type.field` as Python spells it, with the module before it where a name is taken twice, and with `Kind:` before it
#: where a kind is stricter than others with the same type.
LIMITS: Mapping[str, str] = (
    calico_limits.LIMITS | endpoint_limits.LIMITS | settings_limits.LIMITS | kubernetes_limits.LIMITS
)

_PATTERNS = {
    names.SUBDOMAIN: "lower-case letters, digits and `-`, dots between",
    names.LABEL: "lower-case letters, digits and `-`",
    metadata._ONE_DOT: "lower-case letters, digits and `-`, one dot at most",
    f"{metadata._RESERVED}|{metadata._ONE_DOT}": (
        "lower-case letters, digits and `-`, one dot at most; more after `knp.default.` and `ossg.default.`"
    ),
}


def limit_of(struct: type[msgspec.Struct], name: str, kind: Kind | None) -> str:
    """Empty where the type says everything."""
    if kind and struct.__name__ == "ObjectMeta" and name in ("name", "generate_name"):
        return _name_limit(kind)
    for base in struct.__mro__:
        key = f"{base.__name__}.{name}"
        module = base.__module__.rpartition(".")[2]
        for candidate in (f"{kind.name}:{key}" if kind else key, f"{module}.{key}", key):
            if candidate in LIMITS:
                return LIMITS[candidate]
    return ""


def _name_limit(kind: Kind) -> str:
    naming = metadata._NAMING.get(kind.type, metadata._ANY_NAME)
    return f"{_PATTERNS[naming.pattern.pattern]}; at most {naming.longest} characters"
