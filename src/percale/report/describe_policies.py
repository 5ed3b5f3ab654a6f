"""What a policy selects, where it stands, and what its rules come to; and a tier with its policies."""

from collections.abc import Iterator, Sequence

from percale.analysis.asking import Terms
from percale.analysis.connectivity import Connectivity
from percale.analysis.effects import RuleEffects, effects_of
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy, Tier
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.report.counts import counted
from percale.report.describe_endpoints import groups_name, policy_words
from percale.report.groups import GroupNames
from percale.report.ordering import tier_words
from percale.report.reasons import policy_json
from percale.report.sections import Description, Section
from percale.report.traffic import traffic_json, traffic_words

#: A list that is longer is cut in the text, never in JSON.
_MOST = 20


def policy_description(world: World, policy: Policy, terms: Terms) -> Description:
    return Description(policy.id.kind, _name(policy), tuple(_sections(world, policy, terms)))


def _name(policy: Policy) -> str:
    return f"{policy.id.namespace}/{policy.id.name}" if policy.id.namespace else policy.id.name


def _sections(world: World, policy: Policy, terms: Terms) -> Iterator[Section]:
    tier = next(one for one in world.policies.tiers if one.name == policy.tier)
    yield Section("place", "written", (str(policy.place),) if policy.place else (), str(policy.place or ""))
    if policy.staged:
        yield Section("staged", "staged", ("it changes no verdict; below is what it would do",), data=True)
    governs = [str(one) for one in Direction if one in policy.governs]
    yield Section("governs", "governs", (", ".join(governs),), governs)
    workloads = selected(policy, world.workloads)
    hosts = selected(policy, world.host_endpoints)
    yield _members("selects", "selects", "workload", workloads)
    if hosts:
        yield _members("hosts", "selects too", "host endpoint", hosts)
        hooks = sorted(policy.hooks)
        yield Section("hooks", "asked at", (", ".join(hooks),), hooks)
    yield Section("tier", "tier", (tier_words(tier),), tier.name)
    yield from _neighbours(world, policy, {*workloads, *hosts})
    yield from _rules(world, policy, terms)


def selected(policy: Policy, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    return [one for one in endpoints if policy.subject.matches(one.labels)]


def _members(key: str, title: str, kind: str, found: Sequence[Endpoint]) -> Section:
    names = list(map(str, found))
    more = [f"and {len(names) - _MOST} more"] if len(names) > _MOST else []
    text = f"{counted(len(names), kind)}: {', '.join([*names[:_MOST], *more])}" if names else f"no {kind}"
    return Section(key, title, (text,), names)


def _neighbours(world: World, policy: Policy, subjects: set[Endpoint]) -> Iterator[Section]:
    """In all tiers, those that select one of the same endpoints and govern one of the same directions."""
    every = world.policies.policies
    at = every.index(policy)
    for key, title, others in (("after", "runs after", every[:at]), ("before", "runs before", every[at + 1 :])):
        found = [
            one
            for one in others
            if one.governs & policy.governs and any(one.subject.matches(end.labels) for end in subjects)
        ]
        lines = [f"{policy_words(one)} in tier {one.tier}" for one in found]
        more = (f"and {len(lines) - _MOST} more",) if len(lines) > _MOST else ()
        yield Section(key, title, (*lines[:_MOST], *more), [policy_json(one) for one in found])


def _rules(world: World, policy: Policy, terms: Terms) -> Iterator[Section]:
    staged = Staged.AS_IF_ENFORCED if policy.staged else Staged.LEFT_OUT
    if not selected(policy, world.workloads):
        if selected(policy, world.host_endpoints):
            yield Section("rules", "rules", ("what they decide at host endpoints `percale reach --explain` tells",), [])
        return
    told: dict[int, tuple[str, list[str], list[dict[str, object]]]] = {}
    for version in versions_of(world):
        connectivity = Connectivity(Engine.of(world, version, Scope(pod_networks=terms.networks, staged=staged)))
        names = GroupNames(connectivity)
        for one in effects_of(policy, connectivity):
            _, lines, data = told.setdefault(id(one.rule), (f"{one.rule.path} {one.rule.action}", [], []))
            for line, found in _effects(one, connectivity, names):
                lines.append(line)
                data.append(found)
    lines = [
        text for head, found, _ in told.values() for text in (_head(head, found), *(f"  {line}" for line in found))
    ]
    data = [{"rule": head, "decides": found, "neverDecides": not found} for head, _, found in told.values()]
    yield Section("rules", "rules, and what they decide here", tuple(lines) or ("none: it only isolates",), data)


def _head(head: str, found: Sequence[str]) -> str:
    return f"{head}:" if found else f"{head}: never decides"


def _effects(
    one: RuleEffects, connectivity: Connectivity, names: GroupNames
) -> Iterator[tuple[str, dict[str, object]]]:
    word, cells = "from" if one.direction is Direction.INGRESS else "to", connectivity.engine.cells
    for effect in one.effects:
        name, traffic = groups_name(effect.peers, names), cells.opened(effect.cells)
        data = {"peer": name, "ipVersion": cells.version, "traffic": traffic_json(traffic)}
        version = "" if cells.version == 4 else " (IPv6)"
        yield f"{word} {name}{version}: {traffic_words(traffic)}", data


def tier_description(world: World, tier: Tier) -> Description:
    tiers = [one.name for one in world.policies.tiers]
    policies = world.policies.by_tier[tier.name]
    lines = tuple(f"{policy_words(one)}: {_subjects(world, one)}" for one in policies)
    return Description(
        "Tier",
        tier.name,
        (
            Section("tier", "is", (tier_words(tier),), "Pass" if tier.passes else "Deny"),
            Section("tiers", "among", (", ".join(tiers),), tiers),
            Section("policies", "policies, in their order", lines or ("none",), [policy_json(one) for one in policies]),
        ),
    )


def _subjects(world: World, policy: Policy) -> str:
    found = counted(len(selected(policy, world.workloads)), "workload")
    hosts = selected(policy, world.host_endpoints)
    return f"{found}, {counted(len(hosts), 'host endpoint')}" if hosts else found
