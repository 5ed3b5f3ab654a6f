"""Which policies select an endpoint, without asking every policy: most selectors want one value of some label."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from percale.policy.policies import Policy
from percale.selector import And, Equals, In, Selector, keys

Label = tuple[str, str]


def wanted_labels(selector: Selector) -> Iterator[tuple[Label, ...]]:
    """For each term that so narrows it down: nothing matches that has none of these labels."""
    for term in selector.terms if isinstance(selector, And) else (selector,):
        if isinstance(term, Equals):
            yield ((term.key, term.value),)
        elif isinstance(term, In):
            yield tuple((term.key, value) for value in term.values)


class Subjects:
    """Which policies select an endpoint."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = tuple(policies)
        self._keys = frozenset(key for policy in self._policies for key in keys(policy.subject))
        self._by_label: dict[Label | None, list[int]] = {}
        wanted = [tuple(wanted_labels(policy.subject)) for policy in self._policies]
        common = Counter(label for terms in wanted for labels in terms for label in labels)
        for at, terms in enumerate(wanted):
            rarest = min(terms, key=lambda labels: sum(common[label] for label in labels), default=(None,))
            for label in rarest:
                self._by_label.setdefault(label, []).append(at)

    def asked_of(self, labels: Mapping[str, str]) -> frozenset[Label]:
        """The labels that make a difference: the same policies select whoever has the same."""
        return frozenset(label for label in labels.items() if label[0] in self._keys)

    def selecting(self, labels: Mapping[str, str]) -> Iterator[Policy]:
        """In the order of evaluation."""
        found = {at for label in (None, *labels.items()) for at in self._by_label.get(label, ())}
        for at in sorted(found):
            if self._policies[at].subject.matches(labels):
                yield self._policies[at]
