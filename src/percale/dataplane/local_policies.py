"""Which policies select the endpoints that a node enforces, kept true while either come and go."""

from collections.abc import Iterable

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Change, PolicyChange
from percale.policy.incremental.selector_index import SelectorIndex
from percale.policy.incremental.tracked import Tracked
from percale.policy.policies import Policy


class LocalPolicies:
    def __init__(self) -> None:
        self._index = SelectorIndex()
        self._subjects: dict[Policy, Tracked] = {}
        self._with_subject: dict[Tracked, set[Policy]] = {}

    def of(self, endpoint: Endpoint) -> tuple[Policy, ...]:
        """In the order of evaluation within their tiers."""
        selecting = (policy for subject in self._index.matching(endpoint) for policy in self._with_subject[subject])
        return tuple(sorted(selecting, key=lambda policy: policy.rank))

    def follow(self, policies: Iterable[PolicyChange], local: Iterable[Change]) -> set[Endpoint]:
        """Whoever is here, and selected by other policies than before."""
        affected: set[Endpoint] = set()
        for shift in self._index.apply(local):
            affected.update(shift.joined, shift.left)
        for change in policies:
            if change.after:
                affected.update(self._add(change.after).members)
            if change.before:
                affected.update(self._subjects[change.before].members)
                self._remove(change.before)
        return affected

    def _add(self, policy: Policy) -> Tracked:
        subject = self._subjects[policy] = self._index.track(policy.subject)
        self._with_subject.setdefault(subject, set()).add(policy)
        return subject

    def _remove(self, policy: Policy) -> None:
        subject = self._subjects.pop(policy)
        self._with_subject[subject].remove(policy)
        if not self._with_subject[subject]:
            del self._with_subject[subject]
        self._index.untrack(subject)
