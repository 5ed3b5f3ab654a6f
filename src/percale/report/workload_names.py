"""Sets of workloads by short names, each of which stands for its members exactly."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from percale.policy import labels as well_known
from percale.policy.endpoints import Endpoint

#: A name with more parts than this is no name; what is left out is counted.
FEW = 3

#: Labels by which people know their workloads come before all others.
_FAMILIAR = ("app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component", "role")
#: Labels that controllers make up, and those that every workload has from somewhere else.
_MADE_UP = ("pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid")
_SYNTHETIC = (well_known.NAMESPACE_PREFIX, well_known.SERVICE_ACCOUNT_PREFIX, "projectcalico.org/")

#: By namespace, key and value.
LabelCounts = Counter[tuple[str, str, str]]


class WorkloadNames:
    """Among all workloads of a world, since a name must hold for no other."""

    def __init__(self, workloads: Iterable[Endpoint]) -> None:
        self._workloads = tuple(workloads)
        self._called = Counter(map(str, self._workloads))
        self._in_namespace = Counter(one.namespace for one in self._workloads)

    def reference(self, one: Endpoint) -> str:
        """As a question can name it: with its kind where the name alone is another's too."""
        return f"{one.resource_kind}/{one}" if self._called[str(one)] > 1 else str(one)

    def name(self, members: Sequence[Endpoint]) -> str:
        """`shop/web`; `shop/*`; `[env=dev]/*` by the namespaces' labels; `shop/[app=web]`, `[app=web]` anywhere."""
        key = tuple(members)
        if key not in self._known:
            self._known[key] = next(self._exact(members), "") or self._listed(members)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[Endpoint, ...], str]:
        return {}

    def _listed(self, members: Sequence[Endpoint]) -> str:
        """Shortened as any texts, without those that would be left out."""
        if len(members) <= FEW + 1:
            return shortened(list(map(self.reference, members)))
        return f"{', '.join(map(self.reference, members[:FEW]))} and {len(members) - FEW} more"

    def _exact(self, members: Sequence[Endpoint]) -> Iterator[str]:
        if len(members) == 1:
            yield self.reference(members[0])
        if len(members) == len(self._workloads):
            yield "every workload"
        namespaces = list(dict.fromkeys(one.namespace for one in members))
        if sum(self._in_namespace[one] for one in namespaces) == len(members):
            if len(namespaces) > FEW:
                yield from by_label(members, self._namespace_labels, "[{}]/*")
            yield shortened([f"{one}/*" for one in namespaces])
        yield from self._by_owner(members)
        scope = namespaces[0] if len(namespaces) == 1 else ""
        yield from by_label(members, self._own_labels, f"{scope}/[{{}}]" if scope else "[{}]", scope)
        if scope:
            yield from self._all_but(members, scope)
        else:
            yield from self._by_namespace(members, namespaces)

    def _by_namespace(self, members: Sequence[Endpoint], namespaces: Sequence[str]) -> Iterator[str]:
        """Each namespace's part by its own name, where these are few."""
        if len(namespaces) > FEW:
            return
        parts = [next(self._exact([one for one in members if one.namespace == scope]), "") for scope in namespaces]
        if all(parts):
            yield ", ".join(parts)

    def _all_but(self, members: Sequence[Endpoint], scope: str) -> Iterator[str]:
        """Of a namespace, where those left out have a name."""
        held = set(members)
        others = [one for one in self._by_scope[scope] if one not in held]
        if len(others) <= FEW:
            yield f"{scope}/* but {self._listed(others)}"
        yield from by_label(others, self._own_labels, f"{scope}/* but [{{}}]", scope)

    @cached_property
    def _by_scope(self) -> dict[str, list[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for one in self._workloads:
            found.setdefault(one.namespace, []).append(one)
        return found

    def _by_owner(self, members: Sequence[Endpoint]) -> Iterator[str]:
        scope = members[0].namespace
        for owner in members[0].owners:
            common = all(one.namespace == scope and owner in one.owners for one in members)
            if common and self._owned[scope, owner] == len(members):
                kind, _, name = owner.partition("/")
                yield f"{kind}/{scope}/{name}"

    @cached_property
    def _owned(self) -> Counter[tuple[str, str]]:
        return Counter((one.namespace, owner) for one in self._workloads for owner in one.owners)

    @cached_property
    def _own_labels(self) -> LabelCounts:
        return label_counts(self._workloads)

    @cached_property
    def _namespace_labels(self) -> LabelCounts:
        return Counter(
            ("", key, value)
            for one in self._workloads
            for key, value in one.labels.items()
            if key.startswith(well_known.NAMESPACE_PREFIX)
        )


def by_label(members: Sequence[Endpoint], counts: LabelCounts, form: str, scope: str = "") -> Iterator[str]:
    """By a label that all have with one of few values, and nobody else in the scope has."""
    for key in sorted(_common(members), key=_familiarity):
        values = sorted({one.labels[key] for one in members})
        if len(values) <= FEW and sum(counts[scope, key, value] for value in values) == len(members):
            said = "|".join(values)
            yield form.replace("{}", f"{key.removeprefix(well_known.NAMESPACE_PREFIX)}={said}")


def _common(members: Iterable[Endpoint]) -> set[str]:
    """Labels that all have, sought no further than there can be any."""
    first, *others = members
    found = set(first.labels)
    for one in others:
        found &= one.labels.keys()
        if not found:
            break
    return found


def label_counts(endpoints: Iterable[Endpoint]) -> LabelCounts:
    """How many have a label, by namespace, and by no namespace for all together."""
    found = LabelCounts()
    for one in endpoints:
        for key, value in one.labels.items():
            if not key.startswith(_SYNTHETIC) and key not in _MADE_UP:
                for scope in {one.namespace, ""}:
                    found[scope, key, value] += 1
    return found


def shortened(texts: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    if len(texts) <= FEW + 1:
        return ", ".join(texts)
    return f"{', '.join(texts[:FEW])} and {len(texts) - FEW} more"


def _familiarity(key: str) -> tuple[int, str]:
    bare = key.removeprefix(well_known.NAMESPACE_PREFIX)
    return (_FAMILIAR.index(bare) if bare in _FAMILIAR else len(_FAMILIAR), key)
