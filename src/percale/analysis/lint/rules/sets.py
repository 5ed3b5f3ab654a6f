"""Network sets and tiers that nothing uses, or that do not do what they seem to."""

from collections.abc import Iterator
from itertools import chain

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import path_of
from percale.analysis.lint.findings import Spot
from percale.policy.policies import BUILT_IN_TIERS
from percale.policy.rules import Action
from percale.resources.calico_policy import Tier
from percale.resources.decode import Located
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.profile import Profile

_BUILT_IN = {tier.name for tier in BUILT_IN_TIERS}


def _sets(context: Context, *, used: bool) -> Iterator[Located]:
    """Those that some rule's selector matches, or those that none does."""
    names = {(one.namespace, one.name) for one in context.inventory.network_sets_in_use}
    for item in context.of_kind(NetworkSet, GlobalNetworkSet):
        namespace = (item.resource.metadata.namespace or "default") if item.resource.kind == "NetworkSet" else ""
        if ((namespace, item.resource.metadata.name) in names) is used:
            yield item


def network_set_without_labels(context: Context) -> Iterator[Spot]:
    for item in _sets(context, used=False):
        if not item.resource.metadata.labels:
            yield Spot(
                item.document,
                ("metadata",),
                "the set has no labels: no rule can refer to it",
                "give it a label, and select that in the rules that mean the set",
            )


def network_set_unreferenced(context: Context) -> Iterator[Spot]:
    """Where there are policies at all: a file of sets alone says nothing about their use."""
    for item in _sets(context, used=False) if context.policies else ():
        if item.resource.metadata.labels:
            yield Spot(
                item.document,
                ("metadata", "labels"),
                "no rule selects the set: what it lists changes nothing",
                "select one of its labels in a rule, or take the set away",
            )


def network_set_empty(context: Context) -> Iterator[Spot]:
    kinds: tuple[type[NetworkSet | GlobalNetworkSet], ...] = (NetworkSet, GlobalNetworkSet)
    for document, one in chain.from_iterable(map(context.resources, kinds)):
        if not one.spec.nets and not one.spec.allowed_egress_domains:
            yield Spot(document, ("spec",), "the set holds nothing: rules that select it match nothing", "add `nets`")


def tier_missing(context: Context) -> Iterator[Spot]:
    known = {tier.name for tier in context.world.policies.tiers if tier.exists}
    for one in context.policies:
        if one.policy.tier not in known:
            yield one.spot(
                ("spec", "tier"),
                f"no tier is called `{one.policy.tier}`: a policy of a missing tier comes last, and its tier denies",
                "create the Tier, or correct the name",
            )


def tier_unused(context: Context) -> Iterator[Spot]:
    for item in context.of_kind(Tier):
        name = item.resource.metadata.name
        if name not in _BUILT_IN and context.policies and not context.world.policies.by_tier.get(name):
            yield Spot(
                item.document, ("metadata", "name"), "no policy is in the tier", "take the tier away, or fill it"
            )


def tier_staged_only(context: Context) -> Iterator[Spot]:
    for document, tier in context.resources(Tier):
        policies = context.world.policies.by_tier.get(tier.metadata.name, ())
        if policies and all(policy.staged for policy in policies) and tier.spec.default_action != "Pass":
            yield Spot(
                document,
                ("spec",),
                "all policies of the tier are staged: the first that is enforced switches on the tier's final deny",
                "stage the rules for all that is to pass the tier before the first of its policies is enforced",
            )


def pass_in_last_tier(context: Context) -> Iterator[Spot]:
    last = max((one.rank for one in context.world.policies.tiers if _decides(context, one.name)), default=None)
    ranks = {tier.name: tier.rank for tier in context.world.policies.tiers}
    for one, _, rule in context.all_rules():
        if rule.action is Action.PASS and ranks[one.policy.tier] == last:
            yield one.spot(
                path_of(rule),
                "nothing comes after this tier but profiles, and those of Kubernetes allow everything: "
                "this Pass is an Allow that also skips the rest of the tier",
                "write Allow if that is meant, or move the policy to an earlier tier",
            )


def _decides(context: Context, tier: str) -> bool:
    return any(not policy.staged for policy in context.world.policies.by_tier[tier])


def pass_in_profile(context: Context) -> Iterator[Spot]:
    for document, profile in context.resources(Profile):
        for name, rules in (("ingress", profile.spec.ingress), ("egress", profile.spec.egress)):
            for index, rule in enumerate(rules):
                if rule.action == "Pass":
                    yield Spot(
                        document,
                        ("spec", name, index, "action"),
                        "what Pass means in a profile differs between Calico's parts: one goes on, one denies",
                        "write Allow or Deny",
                    )
