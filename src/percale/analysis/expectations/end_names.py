"""Workloads and addresses as the ends of an expectation, as few and as telling as there are."""

from collections.abc import Iterable, Iterator, Sequence

from percale.analysis.connectivity import Group
from percale.analysis.symbolic.atoms import Atoms
from percale.policy.endpoints import Endpoint
from percale.policy.labels import NAMESPACE_PREFIX, SERVICE_ACCOUNT_PREFIX
from percale.policy.world import World
from percale.resources.policy_test import EndFields
from percale.selector import Equals
from percale.traffic.addresses import AddressSet
from percale.traffic.intervals import Intervals

#: Labels that controllers make up, or that are not the workload's own.
_NOT_TELLING = ("pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid")
_INHERITED = (NAMESPACE_PREFIX, SERVICE_ACCOUNT_PREFIX, "projectcalico.org/")


class EndNames:
    def __init__(self, world: World) -> None:
        self._of_namespace: dict[str, list[Endpoint]] = {}
        for one in world.workloads:
            self._of_namespace.setdefault(one.namespace, []).append(one)

    def of(self, members: Iterable[Endpoint]) -> tuple[str | EndFields, ...]:
        by_namespace: dict[str, list[Endpoint]] = {}
        for one in members:
            by_namespace.setdefault(one.namespace, []).append(one)
        return tuple(end for namespace, held in by_namespace.items() for end in self._within(namespace, held))

    def _within(self, namespace: str, members: Sequence[Endpoint]) -> Iterator[str | EndFields]:
        every = self._of_namespace[namespace]
        if len(members) == len(every) > 1:
            yield EndFields(namespace=namespace)
            return
        left = set(members)
        for one in members if len(members) > 1 else ():
            if one in left and (alike := self._by_label(one, left, every)):
                selector, held = alike
                yield EndFields(namespace=namespace, selector=selector)
                left -= held
        yield from (self._name(one, every) for one in members if one in left)

    @staticmethod
    def _by_label(one: Endpoint, left: set[Endpoint], every: Sequence[Endpoint]) -> tuple[str, set[Endpoint]] | None:
        """By the label of its own that most of those left have, and nobody else in the namespace."""
        best: tuple[str, set[Endpoint]] | None = None
        for key, value in one.labels.items():
            if key in _NOT_TELLING or key.startswith(_INHERITED):
                continue
            held = {other for other in every if other.labels.get(key) == value}
            if held <= left and len(held) > max(1, len(best[1]) if best else 0):
                best = f"{key} == '{value}'" if "'" not in value else str(Equals(key, value)), held
        return best

    @staticmethod
    def _name(one: Endpoint, every: Sequence[Endpoint]) -> str:
        known = [other for other in every if other.name == one.name]
        return f"{one.resource_kind}/{one}" if len(known) > 1 else str(one)


def network_texts(group: Group, atoms: Atoms, version: int) -> list[str]:
    """With the workloads' addresses that lie between, as rules have their networks."""
    numbers = {atoms.at(first) for first, _ in group.addresses.spans}
    every = atoms.addresses()
    spans = Intervals.of(span for number in numbers for span in every[number])
    return [str(one) for one in (AddressSet(v4=spans) if version == 4 else AddressSet(v6=spans)).networks(version)]
