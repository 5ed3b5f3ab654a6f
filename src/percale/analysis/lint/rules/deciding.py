"""Rules and policies that change nothing, or not what they say: exact for what is there, here and now."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import WrittenPolicy, path_of
from percale.analysis.lint.findings import Elsewhere, Evidence, Spot
from percale.analysis.lint.showing import shown
from percale.policy.policies import Hook, Policy
from percale.policy.rules import Action, Direction, Rule


def shadowed(context: Context) -> Iterator[Spot]:
    """A rule that never decides, although it would decide otherwise than what comes before it."""
    found = context.weighed
    for one, rules in _rules(context):
        heard = [rule for rule in rules if id(rule) in found.heard]
        if not heard or any(id(rule) in found.deciding for rule in rules):
            continue
        overruled = next((rule for rule in heard if id(rule) in found.overruled), None)
        if overruled:
            yield one.spot(
                path_of(overruled),
                f"the rule never decides, here and now: whatever it would {_does(overruled)} is decided before it",
                "give the policy a lower order, move the rule up, or take it away",
                *_before(context, overruled),
                *shown(found.overruled[id(overruled)]),
            )


def _does(rule: Rule) -> str:
    return {Action.ALLOW: "allow", Action.DENY: "deny", Action.PASS: "pass on", Action.LOG: "log"}[rule.action]


def _before(context: Context, rule: Rule) -> Iterator[Evidence]:
    before = context.weighed.by.get(id(rule))
    if before:
        one = context.written.get(context.weighed.owner[id(before)])
        if one:
            yield Elsewhere(f"decided by {before.path} ({before.action})", one.document, path_of(before))


def redundant_rule(context: Context) -> Iterator[Spot]:
    """Each taken alone: of two rules that say the same, both are found, and one must stay."""
    found = context.weighed
    for one, rules in _rules(context):
        if any(id(rule) in found.needed or id(rule) in found.overruled for rule in rules):
            continue
        heard = [rule for rule in rules if id(rule) in found.heard]
        if heard and one.policy in found.needed_policies:
            yield one.spot(
                path_of(heard[0]),
                "without the rule no verdict would change, here and now",
                "take the rule away, unless it is there for what is to come",
                *_before(context, heard[0]),
            )


def redundant_policy(context: Context) -> Iterator[Spot]:
    """Not one without rules: a default deny is there for what is to come."""
    found = context.weighed
    for one in context.policies:
        policy = one.policy
        if policy not in found.asked_policies or policy in found.needed_policies or not _is_weighed(context, policy):
            continue
        if any(policy.rules(direction) for direction in policy.governs):
            yield one.spot(
                ("metadata", "name"),
                "without the policy no verdict would change, here and now",
                "take the policy away, unless it is there for what is to come",
            )


def order_tie(context: Context) -> Iterator[Spot]:
    for (first, second), instance in context.weighed.ties.items():
        one, other = context.written.get(first), context.written.get(second)
        if one and other:
            yield other.spot(
                ("spec", "order"),
                f"{first.id} has the same order and decides otherwise about the same packets: "
                "which of the two comes first is a matter of their names",
                "give the two policies different orders",
                Elsewhere("comes first", one.document, ("spec", "order")),
                *shown(instance),
            )


def _rules(context: Context) -> Iterator[tuple[WrittenPolicy, list[Rule]]]:
    """Those that come of one place, together."""
    for one in context.policies:
        if _is_weighed(context, one.policy):
            for direction in Direction:
                by_path: dict[str, list[Rule]] = {}
                for rule in one.policy.rules(direction) if direction in one.policy.governs else ():
                    if rule.action is not Action.LOG:
                        by_path.setdefault(rule.path, []).append(rule)
                yield from ((one, rules) for rules in by_path.values())


def _is_weighed(context: Context, policy: Policy) -> bool:
    """Of hosts nothing is weighed: a rule may be there for what the host forwards."""
    return not policy.staged and Hook.NORMAL in policy.hooks and not context.inventory.hosts.matching(policy.subject)
