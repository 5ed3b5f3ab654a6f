"""A walk in words: tier by tier what was asked, what matched, and what the rest missed."""

from collections.abc import Iterator, Sequence

from percale.analysis.explanation import (
    BEFORE_POLICY,
    Aside,
    Left,
    TriedPolicy,
    TriedRule,
    Walk,
    WalkedProfile,
    WalkedTier,
)
from percale.policy.endpoints import EndpointKind
from percale.policy.policies import Hook, Policy
from percale.policy.rules import Action
from percale.report.counts import counted
from percale.report.misses import lack_words, miss_words
from percale.report.ordering import order_words, policies_sentence, tier_words, tiers_sentence
from percale.report.reasons import reason_words

#: Of rules that missed, and of policies that are not asked, more than this fills a screen and tells little.
_MOST = 8


def walk_lines(walk: Walk) -> Iterator[str]:
    yield f"{walk_title(walk)}:"
    yield from (f"  {line}" for line in _body(walk))


def walk_title(walk: Walk) -> str:
    asked = walk.asked
    hook = f" ({asked.hook})" if asked.hook is not Hook.NORMAL else ""
    return f"{asked.direction} of {asked.endpoint}{hook}"


def _body(walk: Walk) -> Iterator[str]:
    if walk.decision and isinstance(walk.decision.because, BEFORE_POLICY):
        yield f"no policy is asked: {reason_words(walk.decision.because)}"
    elif walk.asked.hook is not Hook.NORMAL and not any(one.policies for one in walk.tiers):
        yield "no policy on it is asked here"
    else:
        if order := tiers_sentence([one.tier for one in walk.tiers]):
            yield f"({order})"
        for tier in walk.tiers:
            yield from _tier_lines(walk, tier)
        yield from _profiles_lines(walk)
    yield f"=> {end_words(walk)}"


def end_words(walk: Walk) -> str:
    if walk.decision is None:
        return "nothing decides here, the packet goes on"
    return f"{'allow' if walk.decision.allows else 'deny'}: {reason_words(walk.decision.because)}"


def _tier_lines(walk: Walk, one: WalkedTier) -> Iterator[str]:
    match one.left:
        case Left.NOT_ASKED:
            names = ", ".join(str(tried.policy.id) for tried in one.policies)
            yield f"{tier_words(one.tier)}: not asked any more: {names}"
            return
        case Left.NOT_IN_FORCE:
            yield f"{tier_words(one.tier)}: no policy of it is asked, so it has no say"
        case _:
            yield f"{tier_words(one.tier)}:"
            if order := policies_sentence([tried.policy for tried in one.policies]):
                yield f"  ({order})"
    for tried in one.policies:
        yield from (f"  {line}" for line in _policy_lines(walk, tried))
    yield from (f"  {line}" for line in _aside_lines(walk, one.aside))
    if end := _END.get(one.left):
        yield f"  {end}"


_END = {
    Left.PASSED: "Pass: on to the next tier",
    Left.WENT_ON: "no rule decides, and at its end the tier lets go on",
    Left.DENIED_AT_END: "no rule decides, and at its end the tier denies",
}


def _policy_lines(walk: Walk, tried: TriedPolicy) -> Iterator[str]:
    head = f"{tried.policy.id} ({_where(tried.policy)})"
    if not tried.asked:
        yield f"{head}: not asked any more"
        return
    if not tried.rules:
        yield f"{head}: no {walk.asked.direction} rule, so nothing matches"
        return
    yield f"{head}:"
    yield from (f"  {line}" for line in _rules_lines(walk, tried.rules))
    if tried.left:
        yield f"  {counted(tried.left, 'rule')} after it not asked any more"


def _where(policy: Policy) -> str:
    return ", ".join([order_words(policy.order), *([str(policy.place)] if policy.place else [])])


def _rules_lines(walk: Walk, rules: Sequence[TriedRule]) -> Iterator[str]:
    """All that matched, and of the others those that missed least."""
    missed = sorted((one for one in rules if one.misses), key=lambda one: len(one.misses))[:_MOST]
    told = {id(one) for one in missed}
    for one in rules:
        if not one.misses or id(one) in told:
            yield _rule_line(walk, one)
    if left_out := sum(1 for one in rules if one.misses) - len(missed):
        yield f"{counted(left_out, 'more rule')} that miss as much or more"


def _rule_line(walk: Walk, tried: TriedRule) -> str:
    head = f"{tried.rule.path} {tried.rule.action}".strip()
    if not tried.misses:
        return f"{head}: matches" + (", and goes on" if tried.rule.action is Action.LOG else "")
    missed = (miss_words(miss, tried.rule, walk.asked.packet, walk.asked.world) for miss in tried.misses)
    return f"{head}: no, {'; '.join(missed)}"


def _aside_lines(walk: Walk, aside: Sequence[tuple[Policy, Aside]]) -> Iterator[str]:
    """Those that select it first: why they say nothing is what people ask."""
    near = [one for one in aside if one[1] is not Aside.SELECTS_OTHERS]
    others = [one for one in aside if one[1] is Aside.SELECTS_OTHERS]
    for policy, why in [*near, *others][:_MOST]:
        yield f"not asked: {policy.id}, {aside_words(walk, policy, why)}"
    if len(aside) > _MOST:
        yield f"not asked: {len(aside) - _MOST} more"


def aside_words(walk: Walk, policy: Policy, why: Aside) -> str:
    asked = walk.asked
    match why:
        case Aside.SELECTS_OTHERS:
            return f"which does not select it: {lack_words(policy.subject, asked.endpoint)}"
        case Aside.OTHER_DIRECTION:
            return f"which selects it and says nothing of {asked.direction}"
        case Aside.OTHER_HOOK if asked.endpoint.kind is EndpointKind.HOST:
            return f"which is asked at {', '.join(sorted(policy.hooks))}"
        case Aside.OTHER_HOOK:
            return "which is about hosts, and about no workload"
        case Aside.STAGED:
            return "which is staged and counts for nothing yet"


def _profiles_lines(walk: Walk) -> Iterator[str]:
    if not walk.profiles:
        return
    yield "profiles, since no tier decides:"
    for profile in walk.profiles:
        yield from (f"  {line}" for line in _profile_lines(walk, profile))


def _profile_lines(walk: Walk, profile: WalkedProfile) -> Iterator[str]:
    if not profile.rules:
        yield f"{profile.name}: no {walk.asked.direction} rule"
        return
    yield f"{profile.name}:"
    yield from (f"  {_rule_line(walk, one)}" for one in profile.rules)
