"""What is in our tables, in the kernel's own bytes: to hold what is there against what should be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2s

from percale.dataplane import naming
from percale.dataplane.netlink import objects, sets
from percale.dataplane.netlink.attributes import attribute, parsed, text, whole
from percale.dataplane.netlink.expressions import lookup
from percale.dataplane.netlink.messages import Kind
from percale.dataplane.netlink.reading import decoded, dumped, of_one_generation
from percale.dataplane.netlink.rules import rule_expressions
from percale.dataplane.netlink.values import Kind as ValueKind
from percale.dataplane.ruleset import Family, IntervalSet, Rule, Set, Table, VerdictMap
from percale.host.netfilter_socket import NetfilterSocket

_UNNAMED = b"__set"


@dataclass(frozen=True, slots=True)
class Contents:
    """By name. A rule is its expressions and its comment; sets without a name stand in it by what they hold."""

    chains: Mapping[str, tuple[bytes, ...]]
    #: Of base chains: where they hang, what becomes of what their rules do not decide, and their type.
    hooks: Mapping[str, bytes]
    sets: Mapping[str, frozenset[bytes]]
    counters: frozenset[str]

    def differences(self, other: "Contents") -> list[str]:
        """What is not the same in both: `chain forward`."""
        return [
            *_differing("chain", self.chains, other.chains),
            *_differing("base chain", self.hooks, other.hooks),
            *_differing("set", self.sets, other.sets),
            *(f"counter {name}" for name in sorted(self.counters ^ other.counters)),
        ]


def wanted(table: Table) -> Contents:
    """What the kernel shows of the table once it is written."""
    everything: tuple[Set | IntervalSet | VerdictMap, ...] = (
        *table.sets.values(),
        *table.interval_sets.values(),
        *table.maps.values(),
    )
    return Contents(
        chains={name: tuple(_rule(one, table.family) for one in chain.rules) for name, chain in table.chains.items()},
        hooks={name: objects.hooked(chain.hook) for name, chain in table.chains.items() if chain.hook},
        sets={one.name: frozenset(sets.elements(one)) for one in everything},
        counters=frozenset(table.counters),
    )


def found(netlink: NetfilterSocket, family: Family) -> Contents | None:
    """None where there is no table of ours."""
    return of_one_generation(netlink, family, _found)


def _found(netlink: NetfilterSocket, family: Family) -> Contents:
    # Not every kernel shows the chains of one table alone.
    chains = [one for one in dumped(netlink, Kind.GET_CHAIN, family) if decoded(one[1]) == naming.TABLE]
    members = {one[2]: _members(netlink, family, one[2]) for one in dumped(netlink, Kind.GET_SET, family)}
    rules: dict[str, list[bytes]] = {decoded(one[3]): [] for one in chains}
    for one in dumped(netlink, Kind.GET_RULE, family):
        rules.setdefault(decoded(one[2]), []).append(_by_contents(one.get(4, b""), members) + one.get(7, b""))
    return Contents(
        chains={name: tuple(held) for name, held in rules.items()},
        hooks={decoded(one[3]): _hook(one) for one in chains if 4 in one},
        sets={decoded(name): held for name, held in members.items() if not name.startswith(_UNNAMED)},
        counters=frozenset(decoded(one[2]) for one in dumped(netlink, Kind.GET_OBJECT, family)),
    )


def _members(netlink: NetfilterSocket, family: Family, name: bytes) -> frozenset[bytes]:
    lists = dumped(netlink, Kind.GET_ELEMENT, family, text(2, decoded(name)))
    return frozenset(member for one in lists for member in whole(one.get(3, b"")))


def _hook(chain: dict[int, bytes]) -> bytes:
    return b"".join(attribute(kind, chain[kind]) for kind in (4, 5, 7))


def _rule(rule: Rule, family: Family) -> bytes:
    return rule_expressions(rule, family, _named_by_contents) + objects.comment_of_rule(rule.comment)


def _named_by_contents(_: ValueKind, values: tuple[bytes, ...]) -> tuple[str, int]:
    return _digest(map(sets.element, values)), 0


def _by_contents(expressions: bytes, members: Mapping[bytes, frozenset[bytes]]) -> bytes:
    if _UNNAMED not in expressions:
        return expressions
    return b"".join(_lookup_by_contents(one, members) for one in whole(expressions))


def _lookup_by_contents(expression: bytes, members: Mapping[bytes, frozenset[bytes]]) -> bytes:
    ((_, held),) = parsed(expression)
    parts = dict(parsed(held))
    if parts[1] != b"lookup\0":
        return expression
    about = dict(parsed(parts[2]))
    if not about[1].startswith(_UNNAMED):
        return expression
    return lookup(_digest(members.get(about[1], ())), negated=any(about[5]))


def _digest(members: Iterable[bytes]) -> str:
    return blake2s(b"".join(sorted(members)), digest_size=8).hexdigest()


def _differing(kind: str, one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{kind} {name}"
