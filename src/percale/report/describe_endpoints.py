"""What applies to a workload or a host endpoint, and what that lets through."""

from collections.abc import Iterator, Sequence

from percale.analysis.asking import Terms
from percale.analysis.between_sets import Between, between_sets
from percale.analysis.connectivity import Group
from percale.analysis.party_sets import PartySet, party_set
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.labels import NAMESPACE_PREFIX, SERVICE_ACCOUNT_PREFIX
from percale.policy.policies import Hook, Policy
from percale.policy.rules import Direction
from percale.policy.selection import Staged, TierInForce, tiers_in_force
from percale.policy.world import World
from percale.report.between_sets import hosts_name
from percale.report.groups import GroupNames, together
from percale.report.ordering import order_words, tier_words
from percale.report.reasons import policy_json
from percale.report.sections import Description, Section
from percale.report.traffic import traffic_json, traffic_words


def endpoint_description(world: World, one: Endpoint, terms: Terms) -> Description:
    sections = [*_itself(one), *_applying(world, one), *_staged(world, one), *_passing(world, one, terms)]
    return Description(one.resource_kind or str(one.kind), str(one), tuple(sections))


def _itself(one: Endpoint) -> Iterator[Section]:
    yield _listed("addresses", "addresses", [str(address) for address in one.addresses])
    if one.node:
        yield _listed("node", "node", [f"{one.node} {one.interface}".strip()])
    yield _listed("ports", "ports", [f"{port.number} {port.name}".strip() for port in one.ports])
    yield _listed("owners", "owners", list(one.owners))
    yield _labels(one, "labels", "labels", "")
    yield _labels(one, "namespaceLabels", "labels from its namespace", NAMESPACE_PREFIX)
    yield _labels(one, "serviceAccountLabels", "labels from its service account", SERVICE_ACCOUNT_PREFIX)
    yield _listed("profiles", "profiles", list(one.profiles))


def _listed(key: str, title: str, texts: Sequence[str]) -> Section:
    return Section(key, title, (", ".join(texts),) if texts else (), list(texts))


def _labels(one: Endpoint, key: str, title: str, prefix: str) -> Section:
    inherited = (NAMESPACE_PREFIX, SERVICE_ACCOUNT_PREFIX)
    found = {
        name.removeprefix(prefix): value
        for name, value in one.labels.items()
        if (name.startswith(prefix) if prefix else not name.startswith(inherited))
    }
    lines = tuple(f"{name}={value}" for name, value in sorted(found.items()))
    return Section(key, title, (", ".join(lines),) if lines else (), found)


def _applying(world: World, one: Endpoint) -> Iterator[Section]:
    hooks = Hook if one.kind is EndpointKind.HOST else (Hook.NORMAL,)
    for hook in hooks:
        for direction in Direction:
            tiers = tuple(tiers_in_force(world.policies, one, direction, hook=hook))
            if tiers or hook is Hook.NORMAL:
                title = str(direction) + ("" if hook is Hook.NORMAL else f" ({hook})")
                lines = [line for tier in tiers for line in _tier_lines(tier)]
                end = _end(world, one, direction, hook, tiers)
                data = {"tiers": list(map(_tier_json, tiers)), "end": end}
                key = str(direction) + ("" if hook is Hook.NORMAL else f"At{hook[0].upper()}{hook[1:]}")
                yield Section(key, title, (*lines, end), data)


def _tier_lines(one: TierInForce) -> Iterator[str]:
    yield f"{tier_words(one.tier)}:"
    for policy in one.policies:
        yield f"  {policy_words(policy)}"


def policy_words(policy: Policy) -> str:
    where = [order_words(policy.order), *([str(policy.place)] if policy.place else [])]
    return f"{policy.id} ({', '.join(where)})"


def _tier_json(one: TierInForce) -> dict[str, object]:
    return {
        "tier": one.tier.name,
        "endsWith": "Pass" if one.tier.passes else "Deny",
        "policies": [policy_json(policy) for policy in one.policies],
    }


def _end(world: World, one: Endpoint, direction: Direction, hook: Hook, tiers: Sequence[TierInForce]) -> str:
    if hook in (Hook.UNTRACKED, Hook.PRE_DNAT):
        return "what no rule decides goes on"
    if denying := next((tier for tier in tiers if not tier.tier.passes), None):
        return f"what no rule decides is denied at the end of tier {denying.tier.name}"
    if hook is Hook.FORWARD:
        return "what no rule decides goes on"
    rules = [(name, world.profiles[name].rules(direction)) for name in one.profiles if name in world.profiles]
    telling = [name for name, found in rules if found]
    why = "what no tier decides" if tiers else f"no policy governs its {direction}: all"
    return f"{why} is left to {', '.join(f'profile {name}' for name in telling)}" if telling else f"{why} is denied"


def _staged(world: World, one: Endpoint) -> Iterator[Section]:
    found = dict.fromkeys(
        policy
        for direction in Direction
        for hook in (Hook if one.kind is EndpointKind.HOST else (Hook.NORMAL,))
        for tier in tiers_in_force(world.policies, one, direction, hook=hook, staged=Staged.AS_IF_ENFORCED)
        for policy in tier.policies
        if policy.staged
    )
    yield Section("staged", "staged, not in force", tuple(map(policy_words, found)), list(map(policy_json, found)))


def _passing(world: World, one: Endpoint, terms: Terms) -> Iterator[Section]:
    is_host = one.kind is EndpointKind.HOST
    own = PartySet(str(one), hosts=(one,)) if is_host else PartySet(str(one), workloads=(one,))
    everybody = party_set("any", world)
    scope = Scope(pod_networks=terms.networks)
    engines = [Engine.of(world, version, scope) for version in versions_of(world)]
    for key, title, ends in (("from", "may be reached by", (everybody, own)), ("to", "may reach", (own, everybody))):
        answers = [found for engine in engines if (found := between_sets(engine, *ends, ()))]
        parts = [line for answer in answers for line in _peers(answer, key == "from", several=len(answers) > 1)]
        yield Section(key, title, tuple(text for text, _ in parts) or ("nobody",), [data for _, data in parts])


def _peers(answer: Between, incoming: bool, *, several: bool) -> Iterator[tuple[str, dict[str, object]]]:  # noqa: FBT001
    names, cells = GroupNames(answer.connectivity), answer.cells
    for part in answer.parts:
        name = groups_name(part.sources if incoming else part.destinations, names)
        version = f" (IPv{cells.version})" if several else ""
        data = {"peer": name, "ipVersion": cells.version, "traffic": traffic_json(cells.opened(part.allowed))}
        if part.allowed:
            yield f"{name}{version}: {traffic_words(cells.opened(part.allowed))}", data
        if part.depending:
            told = cells.opened(part.depending)
            depends = {**data, "traffic": [], "dependingOnAddress": traffic_json(told)}
            yield f"{name}{version}, at some addresses: {traffic_words(told)}", depends


def groups_name(groups: Sequence[Group], names: GroupNames) -> str:
    return hosts_name(groups) or names.name(together(groups))
