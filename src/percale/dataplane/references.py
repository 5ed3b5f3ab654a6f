"""Which sets and maps rules refer to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from percale.dataplane.ruleset import Chain, Dispatch, Lookup, Match, Rule, Statement


def referred(chain: Chain) -> Iterator[str]:
    """The sets and maps that its rules look into."""
    for rule in chain.rules:
        for match in rule.matches:
            if isinstance(match, Lookup):
                yield match.set
        for statement in rule.statements:
            if isinstance(statement, Dispatch):
                yield statement.map


def mentions(chain: Chain, names: Collection[str]) -> bool:
    return any(name in names for name in referred(chain))


def renamed(chain: Chain, names: Mapping[str, str]) -> Chain:
    """The chain with sets and maps under the names that the kernel has them by."""
    if not (names and mentions(chain, names)):
        return chain
    return replace(chain, rules=tuple(_rule(rule, names) for rule in chain.rules))


def _rule(rule: Rule, names: Mapping[str, str]) -> Rule:
    return replace(
        rule,
        matches=tuple(_match(one, names) for one in rule.matches),
        statements=tuple(_statement(one, names) for one in rule.statements),
    )


def _match(match: Match, names: Mapping[str, str]) -> Match:
    return replace(match, set=names.get(match.set, match.set)) if isinstance(match, Lookup) else match


def _statement(statement: Statement, names: Mapping[str, str]) -> Statement:
    if isinstance(statement, Dispatch):
        return replace(statement, map=names.get(statement.map, statement.map))
    return statement
