"""Policies that deny, or allow, more than whoever wrote them is likely to mean."""

from collections.abc import Iterator
from dataclasses import replace

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import WrittenPolicy, path_of
from percale.analysis.lint.findings import Members, Spot
from percale.policy.policies import Policy
from percale.policy.rules import ANYONE, NO_PORTS, Action, Direction, Entity, Rule
from percale.resources.calico_policy import GlobalNetworkPolicy, PolicySpec
from percale.resources.staged_policy import StagedGlobalNetworkPolicy
from percale.selector import All

_CALICO = ("NetworkPolicy", "GlobalNetworkPolicy")


def log_only(context: Context) -> Iterator[Spot]:
    passing = {tier.name for tier in context.world.policies.tiers if tier.passes}
    for one in context.policies:
        if one.policy.staged or one.policy.tier in passing:
            continue
        for direction in Direction:
            rules = one.policy.rules(direction)
            if rules and direction in one.policy.governs and all(rule.action is Action.LOG for rule in rules):
                yield one.spot(
                    ("spec", direction.value),
                    f"Log decides nothing, so that all {direction} that no other policy of the tier allows is denied",
                    "end with a rule that allows or passes, or log from a tier whose defaultAction is Pass",
                    *_selected(context, one),
                )


def empty_denies(context: Context) -> Iterator[Spot]:
    """Calico's alone: a Kubernetes policy without anything is the usual way to write a default deny of ingress."""
    for one in context.policies:
        spec = getattr(one.resource, "spec", None)
        if one.policy.id.kind in _CALICO and isinstance(spec, PolicySpec) and _is_empty(spec):
            hosts = ", hosts among them" if one.policy.id.kind == "GlobalNetworkPolicy" else ""
            yield one.spot(
                ("spec",),
                f"without types and rules the policy denies all ingress of what it selects{hosts}",
                "write `types: [Ingress]` if that is meant, or take the policy away",
                *_selected(context, one),
            )


def _is_empty(spec: PolicySpec) -> bool:
    return not (spec.types or spec.ingress or spec.egress)


def selects_everything(context: Context) -> Iterator[Spot]:
    """A global policy for all there is that allows a list of networks is a default deny for all the rest."""
    for one in context.policies:
        resource = one.resource
        if not isinstance(resource, GlobalNetworkPolicy | StagedGlobalNetworkPolicy):
            continue
        if not isinstance(one.policy.subject, All) or not _is_list_of_networks(one.policy):
            continue
        yield one.spot(
            ("spec", "selector"),
            "the policy selects every pod and every host, so that all that its networks do not name is denied to all",
            "select the endpoints that it is meant for; traffic between containers that are no endpoints it never sees",
            *_selected(context, one),
        )


def _is_list_of_networks(policy: Policy) -> bool:
    rules = (*policy.ingress, *policy.egress)
    return bool(rules) and all(
        rule.action in (Action.ALLOW, Action.LOG) and (rule.source.nets or rule.destination.nets) for rule in rules
    )


def allows_everything(context: Context) -> Iterator[Spot]:
    for one in context.policies:
        policy = one.policy
        if policy.id.kind not in _CALICO or not policy.governs or policy.staged:
            continue
        if all(_is_open(policy.rules(direction)) for direction in policy.governs):
            yield one.spot(
                ("spec",),
                "the policy allows everything to what it selects and never ends; earlier tiers and lower orders "
                "still come before it",
                "take it away as soon as it has served",
                *_selected(context, one),
            )


def _is_open(rules: tuple[Rule, ...]) -> bool:
    return bool(rules) and rules[0].action is Action.ALLOW and asks_nothing(rules[0])


def asks_nothing(rule: Rule) -> bool:
    """Whether it matches every packet."""
    bare = Rule(rule.action, rule.path)
    return rule == bare


def wider_than_siblings(context: Context) -> Iterator[Spot]:
    """A rule that lets everyone in makes an allow list of the rules beside it pointless."""
    for one in context.policies:
        for direction in Direction:
            rules = [rule for rule in one.policy.rules(direction) if rule.action is Action.ALLOW]
            for rule in (rule for rule in rules if _names_nobody(rule, direction)):
                narrower = [other for other in rules if _opens_more(rule, other, direction)]
                if narrower:
                    yield one.spot(
                        path_of(rule),
                        f"the rule lets {_everyone(direction)} through, and with it all that "
                        f"{', '.join(dict.fromkeys(other.path for other in narrower))} is careful about",
                        "name the peers here too, or take the narrower rules away",
                        *_selected(context, one),
                    )


def _names_nobody(rule: Rule, direction: Direction) -> bool:
    peer, _ = _sides(rule, direction)
    return _without_ports(peer) == ANYONE


def _opens_more(wide: Rule, narrow: Rule, direction: Direction) -> bool:
    """Any peer on at least the same protocol and ports, beside named peers."""
    _, own = _sides(wide, direction)
    other_peer, other_own = _sides(narrow, direction)
    if wide is narrow or (other_peer.selector is None and not other_peer.nets):
        return False
    same_own = _without_ports(own) in (ANYONE, _without_ports(other_own))
    return same_own and all(
        asked in (nothing, there) for asked, there, nothing in zip(_wire(wide), _wire(narrow), _wire(_ANY), strict=True)
    )


_ANY = Rule(Action.ALLOW, "")


def _without_ports(one: Entity) -> Entity:
    return replace(one, ports=NO_PORTS, not_ports=NO_PORTS)


def _wire(rule: Rule) -> tuple[object, ...]:
    return (
        rule.ip_version,
        rule.protocol,
        rule.not_protocol,
        rule.icmp,
        rule.not_icmp,
        *(ports for end in (rule.source, rule.destination) for ports in (end.ports, end.not_ports)),
    )


def _sides(rule: Rule, direction: Direction) -> tuple[Entity, Entity]:
    pair = (rule.source, rule.destination)
    return pair if direction is Direction.INGRESS else (pair[1], pair[0])


def _everyone(direction: Direction) -> str:
    return "everyone" if direction is Direction.INGRESS else "traffic to everyone"


def _selected(context: Context, one: WrittenPolicy) -> tuple[Members, ...]:
    found = context.inventory.workloads.matching(one.policy.subject)
    hosts = context.inventory.hosts.matching(one.policy.subject)
    members = (*context.inventory.workloads.members(found), *context.inventory.hosts.members(hosts))
    return (Members("selected", members),) if members else ()
