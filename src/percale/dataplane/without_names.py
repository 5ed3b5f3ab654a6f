"""What is left of policies where domain names are unknown: an agent must not let one such rule stop all the others.

A rule that allows by names is left out, and less is let through. Where leaving names out would let more through, they
stay, and compiling refuses them.
"""

from collections.abc import Iterator
from dataclasses import replace

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy, PolicySet
from percale.policy.rules import Action, Rule, Side
from percale.policy.world import World


def without_names(world: World) -> tuple[World, tuple[str, ...]]:
    """The world without names, and which rules that concerns: `NetworkPolicy shop/web egress[0]`."""
    by_name = [one for one in world.network_sets if one.domains]
    concerned = [(policy, rule) for policy in world.policies.policies for rule in _asking(policy, by_name)]
    if not concerned or not all(_may_be_narrowed(rule, by_name) for _, rule in concerned):
        return world, ()
    policies = tuple(map(_narrowed, world.policies.policies))
    network_sets = tuple(replace(one, domains=()) for one in world.network_sets)
    narrowed = replace(world, policies=PolicySet(world.policies.tiers, policies), network_sets=network_sets)
    return narrowed, tuple(dict.fromkeys(f"{policy.id} {rule.path}" for policy, rule in concerned))


def _asking(policy: Policy, by_name: list[Endpoint]) -> Iterator[Rule]:
    for rule in (*policy.ingress, *policy.egress):
        if _names(rule) or any(_selects(rule, one) or _selects_not(rule, one) for one in by_name):
            yield rule


def _may_be_narrowed(rule: Rule, by_name: list[Endpoint]) -> bool:
    return rule.action is Action.ALLOW and not any(_selects_not(rule, one) for one in by_name)


def _narrowed(policy: Policy) -> Policy:
    if not any(map(_names, (*policy.ingress, *policy.egress))):
        return policy
    ingress, egress = (tuple(rule for rule in rules if not _names(rule)) for rules in (policy.ingress, policy.egress))
    return replace(policy, ingress=ingress, egress=egress)


def _names(rule: Rule) -> bool:
    return any(rule.entity(side).domains for side in Side)


def _selects(rule: Rule, held: Endpoint) -> bool:
    selectors = [rule.entity(side).selector for side in Side]
    return any(one.matches(held.labels) for one in selectors if one)


def _selects_not(rule: Rule, held: Endpoint) -> bool:
    selectors = [rule.entity(side).not_selector for side in Side]
    return any(one.matches(held.labels) for one in selectors if one)
