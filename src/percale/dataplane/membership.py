"""Which addresses stand behind selectors, named ports and services: the contents of sets.

And which policies stand behind an endpoint. Neither asks everyone: most selectors want one value of some label.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from percale.dataplane.peers import NamedPorts
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.selector import And, Equals, In, Selector, keys
from percale.traffic.addresses import Address, AddressSet, Network

Label = tuple[str, str]


def _wanted_labels(selector: Selector) -> Iterator[tuple[Label, ...]]:
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
        wanted = [tuple(_wanted_labels(policy.subject)) for policy in self._policies]
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


@dataclass(frozen=True, slots=True)
class Members:
    """The addresses of one IP version that a selector stands for, and its text."""

    text: str
    addresses: frozenset[Address]
    networks: tuple[Network, ...]
    _wide: AddressSet

    def __contains__(self, address: Address) -> bool:
        return address in self.addresses or address in self._wide


class Membership:
    """One world's members, each question answered once.

    Single addresses and wider networks are told apart: addresses come and go with pods and live in hash sets,
    networks live in interval sets, where a deletion takes seconds.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._objects: tuple[Endpoint, ...] = (*world.workloads, *world.host_endpoints, *world.network_sets)
        self._by_label: dict[Label, list[Endpoint]] = {}
        for one in self._objects:
            for label in one.labels.items():
                self._by_label.setdefault(label, []).append(one)
        self._members: dict[tuple[str, int], Members] = {}
        self.named_ports = cache(self._named_ports)
        self.service = cache(self._service)
        # A pod with several interfaces is several workloads of one name.
        self._addresses_of: dict[str, tuple[Address, ...]] = {}
        for one in world.workloads:
            self._addresses_of[str(one)] = (*self._addresses_of.get(str(one), ()), *one.addresses)

    def members(self, selector: Selector, version: int) -> Members:
        """Kept by text, which to write out once is quicker than to hash a selector and to compare it."""
        text = str(selector)
        if (text, version) not in self._members:
            self._members[text, version] = self._found(selector, text, version)
        return self._members[text, version]

    def _found(self, selector: Selector, text: str, version: int) -> Members:
        networks = [
            network
            for one in self._candidates(selector)
            if one.networks and selector.matches(one.labels)
            for network in one.networks
            if network.version == version
        ]
        single = (one.network_address for one in networks if one.prefixlen == one.max_prefixlen)
        wide = AddressSet.of(one for one in networks if one.prefixlen < one.max_prefixlen)
        return Members(text, frozenset(single), tuple(wide.networks(version)), wide)

    def _candidates(self, selector: Selector) -> Sequence[Endpoint]:
        narrowed = [
            [one for label in labels for one in self._by_label.get(label, ())] for labels in _wanted_labels(selector)
        ]
        return min(narrowed, key=len, default=self._objects)

    def _named_ports(self, named: NamedPorts, version: int) -> frozenset[tuple[Address, int, int]]:
        return frozenset(
            (address, port.protocol, port.number)
            for one in (*self._world.workloads, *self._world.host_endpoints)
            if named.selector is None or named.selector.matches(one.labels)
            for port in one.ports
            if port.name in named.names
            for address in one.addresses
            if address.version == version
        )

    def _service(self, service: ServiceRef, version: int) -> frozenset[tuple[Address, int, int]]:
        return frozenset(
            (address, backend.protocol, backend.port)
            for backend in self._world.services.get(service, ())
            for address in ((backend.address,) if backend.address else self._addresses_of.get(backend.endpoint, ()))
            if address.version == version
        )
