"""What one rule leaves to another whatever a cluster holds: selectors implied, ports included."""

from collections.abc import Iterator
from itertools import chain

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import WrittenPolicy, path_of
from percale.analysis.lint.findings import Elsewhere, Spot
from percale.analysis.lint.implication import contradictory, implies
from percale.policy.rules import ANYONE, OWN_SIDE, Action, Direction, Entity, Ports, Rule
from percale.traffic.addresses import AddressSet


def covered_rule(context: Context) -> Iterator[Spot]:
    for one in context.policies:
        for direction in Direction:
            covering = _by_path(one, direction)
            for path, wider in covering.items():
                if wide := wider[0] if all(wider) else None:
                    yield one.spot(
                        path_of(Rule(wide.action, path)),
                        f"the rule never decides, in any cluster: all that it matches {wide.path} matches too",
                        "move the rule before the wider one, or take it away",
                        Elsewhere(f"decided by {wide.path} ({wide.action})", one.document, path_of(wide)),
                    )


def _by_path(one: WrittenPolicy, direction: Direction) -> dict[str, list[Rule | None]]:
    """For each rule that was written, what covers each of the rules that came of it: one for each protocol."""
    rules = [rule for rule in one.policy.rules(direction) if rule.action is not Action.LOG]
    found: dict[str, list[Rule | None]] = {}
    for number, rule in enumerate(rules if len(rules) > 1 else ()):
        found.setdefault(rule.path, []).append(_covering(one, rules, number, direction))
    return found


def _covering(one: WrittenPolicy, rules: list[Rule], number: int, direction: Direction) -> Rule | None:
    """Kubernetes' rules have no order among themselves."""
    rule = rules[number]
    later = rules[number + 1 :] if one.policy.id.kind.endswith("KubernetesNetworkPolicy") else []
    earlier = (other for other in rules[:number] if other.path != rule.path and covers(other, rule))
    # Of two equal ones, the later is to go.
    wider = (other for other in later if other.path != rule.path and covers(other, rule) and not covers(rule, other))
    return next((other for other in chain(earlier, wider) if not _lets_everyone(other, direction)), None)


def _lets_everyone(rule: Rule, direction: Direction) -> bool:
    """That is a finding of its own."""
    return rule.action is Action.ALLOW and rule.entity(OWN_SIDE[direction].other) == ANYONE


def covers(wide: Rule, narrow: Rule) -> bool:
    """Whether the one matches every packet that the other matches, as far as their forms tell."""
    if wide.icmp or wide.not_icmp or wide.not_protocol or wide.has_http:
        return False
    if wide.protocol not in (None, narrow.protocol) or wide.ip_version not in (None, narrow.ip_version):
        return False
    return _entity_covers(wide.destination, narrow.destination) and _entity_covers(wide.source, narrow.source)


def _entity_covers(wide: Entity, narrow: Entity) -> bool:
    if wide.not_nets or wide.not_selector or wide.not_ports or wide.service or wide.domains:
        return wide == narrow
    # Ports differ most often and are compared in no time.
    if wide.ports and not _within(narrow.ports, wide.ports):
        return False
    if wide.nets and not (narrow.nets and AddressSet.of(narrow.nets) <= AddressSet.of(wide.nets)):
        return False
    return not wide.selector or bool(narrow.selector and implies(narrow.selector, wide.selector))


def _within(narrow: Ports, wide: Ports) -> bool:
    return bool(narrow) and narrow.numbers <= wide.numbers and set(narrow.names) <= set(wide.names)


def contradictory_selector(context: Context) -> Iterator[Spot]:
    for policy, path, selector in context.selectors:
        if why := contradictory(selector):
            yield policy.spot(path, f"the selector can match nothing: {why}", "join alternatives by `||` or `in {…}`")
