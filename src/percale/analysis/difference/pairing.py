"""Which workload of one world is which of another, and what of the one is the same in the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import starmap

from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.policies import Policy, PolicyId, PolicySet
from percale.policy.world import World

_TEMPLATE_HASH = "pod-template-hash"


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One workload in both worlds. A Deployment is the same as each of its pods, and a pod as its successors."""

    old: Endpoint
    new: Endpoint

    @property
    def is_host(self) -> bool:
        return self.new.kind is EndpointKind.HOST


@dataclass(frozen=True, slots=True)
class Pairing:
    """Workloads of both worlds, and those that only one of them has."""

    common: tuple[Pair, ...]
    removed: tuple[Endpoint, ...] = ()
    added: tuple[Endpoint, ...] = ()

    @classmethod
    def of(cls, old: World, new: World) -> "Pairing":
        if len(old.workloads) == len(new.workloads):
            in_order = list(zip(old.workloads, new.workloads, strict=True))
            if all(_name(one) == _name(other) for one, other in in_order):
                return cls(tuple(starmap(Pair, in_order)))
        return _by_name(old.workloads, new.workloads)


def _by_name(old: Sequence[Endpoint], new: Sequence[Endpoint]) -> Pairing:
    known = {_name(one): one for one in old}
    common = [Pair(known[_name(one)], one) for one in new if _name(one) in known]
    gone, come = _without(old, (pair.old for pair in common)), _without(new, (pair.new for pair in common))
    common += _by_lineage(come, [*gone, *old])
    common += [Pair(pair.new, pair.old) for pair in _by_lineage(_without(gone, (pair.old for pair in common)), new)]
    return Pairing(
        tuple(common),
        _without(gone, (pair.old for pair in common)),
        _without(come, (pair.new for pair in common)),
    )


def _name(one: Endpoint) -> tuple[str, str, str]:
    return one.resource_kind, one.namespace, one.name


def _without(every: Iterable[Endpoint], taken: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    held = set(taken)
    return tuple(one for one in every if one not in held)


def _by_lineage(ones: Iterable[Endpoint], others: Sequence[Endpoint]) -> list[Pair]:
    """Each with the first of the others that has the same owner, is its owner or its pod; the others are `old`."""
    found: dict[tuple[str, str], Endpoint] = {}
    for other in others:
        for name in _lineage(other):
            found.setdefault((other.namespace, name), other)
    pairs = []
    for one in ones:
        keys = ((one.namespace, name) for name in _lineage(one))
        if key := next((key for key in keys if key in found), None):
            pairs.append(Pair(found[key], one))
    return pairs


def _lineage(one: Endpoint) -> Iterator[str]:
    """The workload and what owns it; a Deployment's ReplicaSet is called after it and its template's hash."""
    yield f"{one.resource_kind}/{one.name}"
    ending = f"-{one.labels.get(_TEMPLATE_HASH, '')}"
    for owner in one.owners:
        yield owner
        if owner.startswith("ReplicaSet/") and len(ending) > 1 and owner.endswith(ending):
            yield f"Deployment/{owner.removeprefix('ReplicaSet/').removesuffix(ending)}"


# What is the same.


def aligned(old: World, new: World) -> World:
    """The new world, made of the old one's objects as far as these say the same: places in files are left aside."""
    known = {policy.id: policy for policy in old.policies.policies}
    policies = PolicySet(new.policies.tiers, tuple(_known(known, policy) for policy in new.policies.policies))
    return replace(
        new,
        policies=policies,
        workloads=_kept(old.workloads, new.workloads),
        network_sets=_kept(old.network_sets, new.network_sets),
        host_endpoints=_kept(old.host_endpoints, new.host_endpoints),
        profiles=old.profiles if old.profiles == new.profiles else new.profiles,
        services=old.services if old.services == new.services else new.services,
        nodes=old.nodes if old.nodes == new.nodes else new.nodes,
        settings=old.settings if old.settings == new.settings else new.settings,
        settings_of_node=old.settings_of_node if old.settings_of_node == new.settings_of_node else new.settings_of_node,
    )


def _kept(old: tuple[Endpoint, ...], new: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    if len(old) == len(new) and all(
        one is other or _content(one) == _content(other) for one, other in zip(old, new, strict=True)
    ):
        return old
    return new


def _content(one: Endpoint) -> tuple[object, ...]:
    return (
        one.name,
        one.namespace,
        one.labels,
        one.networks,
        one.ports,
        one.profiles,
        one.node,
        one.kind,
        one.resource_kind,
        one.interface,
        one.domains,
    )


def _known(known: Mapping[PolicyId, Policy], policy: Policy) -> Policy:
    before = known.get(policy.id)
    return before if before and _says(before) == _says(policy) else policy


def _says(policy: Policy) -> tuple[object, ...]:
    return (
        policy.subject,
        policy.governs,
        policy.ingress,
        policy.egress,
        policy.tier,
        policy.order,
        policy.hooks,
        policy.staged,
    )
