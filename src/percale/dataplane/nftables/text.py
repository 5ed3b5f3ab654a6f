"""Rulesets in nft's language, as nft 1.0.6 and later read it."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import assert_never

from percale.dataplane import naming
from percale.dataplane.changes import AnySet, size_for
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Count,
    Counter,
    Dispatch,
    Element,
    Family,
    Field,
    Goto,
    Hook,
    IntervalSet,
    Jump,
    Limit,
    Log,
    Lookup,
    Match,
    Rule,
    Ruleset,
    Set,
    Spans,
    Statement,
    Table,
    Verdict,
    VerdictMap,
)
from percale.traffic.intervals import Intervals

#: How each family calls the fields that have another name in it.
_IN_FAMILY = {
    Family.IP: {
        Field.SADDR: "ip saddr",
        Field.DADDR: "ip daddr",
        Field.HOP_LIMIT: "ip ttl",
        Field.ORIGINAL_DADDR: "ct original ip daddr",
    },
    Family.IP6: {
        Field.SADDR: "ip6 saddr",
        Field.DADDR: "ip6 daddr",
        Field.HOP_LIMIT: "ip6 hoplimit",
        Field.ORIGINAL_DADDR: "ct original ip6 daddr",
    },
    Family.BRIDGE: {},
}
_ICMP = {Family.IP: "icmp", Family.IP6: "icmpv6", Family.BRIDGE: "icmp"}


def ruleset_text(ruleset: Ruleset) -> str:
    """The whole ruleset, as `percale ruleset` prints it and `nft -f` reads it into an empty kernel."""
    return "".join(table_text(table) for table in ruleset.tables)


def table_text(table: Table) -> str:
    return _block(table, [*_early(table), *_late(table)])


def _block(table: Table, parts: Iterable[str]) -> str:
    lines = "".join(f"\t{line}\n" for part in parts for line in part.splitlines())
    return f"table {table.family} {naming.TABLE} {{\n{lines}}}\n"


def _early(table: Table) -> Iterator[str]:
    for one in table.interval_sets.values():
        yield _interval_set(one)


def _late(table: Table) -> Iterator[str]:
    """A name is declared before it is used: chains empty first, then maps that go to them, then rules."""
    for counter in table.counters.values():
        yield _counter(counter)
    for one in table.sets.values():
        yield _set(one)
    for chain in table.chains.values():
        if not chain.hook:
            yield f"chain {chain.name} {{ }}"
    for verdict_map in table.maps.values():
        yield _map(verdict_map)
    for chain in table.chains.values():
        yield _chain(chain, table.family)


def _counter(counter: Counter) -> str:
    return f'counter {counter.name} {{ comment "{counter.comment}"; }}'


def _set(one: Set) -> str:
    filled = f" elements = {{ {elements_text(one)} }};" if one.elements else ""
    size = f" size {size_for(len(one.elements))};"
    remark = f'\n\tcomment "{naming.comment(one.comment)}"' if one.comment else ""
    return f"set {one.name} {{{remark}\n\ttype {' . '.join(one.keys)};{size}{filled}\n}}"


def _interval_set(one: IntervalSet) -> str:
    return f"set {one.name} {{\n\ttype {one.key}; flags interval; elements = {{ {elements_text(one)} }};\n}}"


def _map(one: VerdictMap) -> str:
    filled = f" elements = {{ {elements_text(one)} }};" if one.elements else ""
    size = f" size {size_for(len(one.elements))};"
    return f"map {one.name} {{\n\ttype {' . '.join(one.keys)} : verdict;{size}{filled}\n}}"


def elements_text(one: AnySet) -> str:
    match one:
        case Set():
            return ", ".join(sorted(_joined(element) for element in one.elements))
        case IntervalSet(elements=Intervals() as ranges):
            return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
        case IntervalSet():
            return ", ".join(map(str, one.elements))
        case VerdictMap():
            return ", ".join(sorted(f"{_joined(key)} : {_statement(to)}" for key, to in one.elements.items()))
        case _:
            assert_never(one)


def _chain(chain: Chain, family: Family) -> str:
    hook = chain.hook
    lines = [hook_text(hook)] if hook else []
    lines += [rule_text(rule, family) for rule in chain.rules]
    return "\n".join([f"chain {chain.name} {{", *(f"\t{line}" for line in lines), "}"])


def hook_text(hook: Hook) -> str:
    return f"type filter hook {hook.name} priority {hook.priority}; policy accept;"


def rule_text(rule: Rule, family: Family) -> str:
    parts = [_match(match, family) for match in rule.matches]
    parts += [_statement(statement, family) for statement in rule.statements]
    if rule.comment:
        parts.append(f'comment "{rule.comment}"')
    return " ".join(parts)


def _match(match: Match, family: Family) -> str:
    match match:
        case Compare(field, value, negated):
            return f"{_field(field, family)} {'!= ' if negated else ''}{_values(value, field)}"
        case Spans(field, first, last, negated):
            return f"{_field(field, family)} {'!= ' if negated else ''}{first}-{last}"
        case Lookup(fields, name, negated):
            return f"{_fields(fields, family)} {'!= ' if negated else ''}@{name}"
        case _:
            assert_never(match)


def _field(field: Field, family: Family) -> str:
    if field in (Field.ICMP_TYPE, Field.ICMP_CODE):
        return f"{_ICMP[family]} {field}"
    return _IN_FAMILY[family].get(field, str(field))


def _fields(fields: tuple[Field, ...], family: Family) -> str:
    return " . ".join(_field(field, family) for field in fields)


def _values(value: Element | tuple[Element, ...], field: Field) -> str:
    if not isinstance(value, tuple):
        return _element(value)
    if len(value) == 1:
        return _element(value[0])
    if field is Field.CT_STATE:
        # Bits of one mask: braces would make it a set, which is looked up for every packet of every flow.
        return ",".join(map(_element, value))
    return f"{{ {', '.join(map(_element, value))} }}"


def _joined(parts: tuple[Element, ...]) -> str:
    return " . ".join(map(_element, parts))


def _element(element: Element) -> str:
    match element:
        case int() | IPv4Address() | IPv4Network() | IPv6Address() | IPv6Network():
            return str(element)
        case str():
            # Interface names and nft's own words; resources put no text here.
            return element
        case _:
            assert_never(element)


def _statement(statement: Statement, family: Family = Family.IP) -> str:
    match statement:
        case Goto(chain):
            return f"goto {chain}"
        case Jump(chain):
            return f"jump {chain}"
        case Dispatch(fields, name):
            return f"{_fields(fields, family)} vmap @{name}"
        case Log(prefix, group):
            where = "level info" if group is None else f"group {group}"
            return f'log prefix "{naming.comment(prefix)}" {where}'
        case Limit(rate, burst):
            return f"limit rate {rate} burst {burst} packets"
        case Count(counter):
            return f'counter name "{counter}"'
        case Verdict():
            return str(statement)
        case _:
            assert_never(statement)
