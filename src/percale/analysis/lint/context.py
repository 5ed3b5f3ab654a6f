"""What rules look at: the manifests, the world they make, and facts that several rules share."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

from percale.analysis.lint.entities import Said, WrittenPolicy, said_by, selectors_of
from percale.analysis.lint.inventory import Inventory
from percale.analysis.lint.sides import Sides, sides_of
from percale.analysis.lint.weighing import Weighed, weighed
from percale.analysis.parties import private
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.from_kubernetes import KIND as KUBERNETES_KIND
from percale.policy.from_resources import in_namespace
from percale.policy.policies import Policy, PolicyId
from percale.policy.rules import Direction, Rule
from percale.policy.world import World
from percale.resources.decode import Located, Manifests
from percale.resources.documents import Document
from percale.resources.kinds import AnyResource
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.places import Path
from percale.resources.workload import Namespace
from percale.selector import Selector
from percale.traffic.addresses import Network
from percale.traffic.protocols import TCP, UDP
from percale.traffic.traffic import Traffic

T = TypeVar("T")

#: Told apart wherever engines are asked about names being looked up.
DNS = Traffic.to_port(UDP, 53) | Traffic.to_port(TCP, 53)


def _id(resource: AnyResource) -> PolicyId:
    kind = KUBERNETES_KIND if isinstance(resource, KubernetesNetworkPolicy) else resource.kind
    return PolicyId(kind, resource.metadata.namespace, resource.metadata.name)


@dataclass(frozen=True)
class Context:
    """`documents` are all that could be read as YAML or JSON, also those that no resource came of."""

    documents: tuple[Document, ...]
    manifests: Manifests
    world: World
    pod_networks: tuple[Network, ...] = ()

    @cached_property
    def policies(self) -> tuple[WrittenPolicy, ...]:
        """In the order of evaluation, staged ones too."""
        written = {
            _id(in_namespace(item.resource)): item
            for item in self.manifests.items
            if item.resource.kind.endswith("NetworkPolicy")
        }
        found = ((policy, written[policy.id]) for policy in self.world.policies.policies if policy.id in written)
        return tuple(WrittenPolicy(policy, item.resource, item.document) for policy, item in found)

    @cached_property
    def numbers_of_kind(self) -> dict[str, list[int]]:
        """At which positions documents say that they are of a kind."""
        found: dict[str, list[int]] = {}
        for number, document in enumerate(self.documents):
            kind = document.data.get("kind")
            if isinstance(kind, str):
                found.setdefault(kind, []).append(number)
        return found

    @cached_property
    def _by_type(self) -> dict[type, list[Located]]:
        found: dict[type, list[Located]] = {}
        for item in self.manifests.items:
            found.setdefault(type(item.resource), []).append(item)
        return found

    def of_kind(self, *kinds: type[AnyResource]) -> Iterator[Located]:
        return (item for kind in kinds for item in self._by_type.get(kind, ()))

    def resources(self, kind: type[T]) -> Iterator[tuple[Document, T]]:
        found = self._by_type.get(kind, ())
        return ((item.document, item.resource) for item in found if isinstance(item.resource, kind))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Those that are declared, and those that workloads are in."""
        declared = {one.metadata.name for _, one in self.resources(Namespace)}
        return frozenset(declared | {one.namespace for one in self.world.workloads})

    @cached_property
    def namespace_labels(self) -> frozenset[str]:
        """What the declared ones are labelled with, by key."""
        return frozenset(key for _, one in self.resources(Namespace) for key in one.metadata.labels)

    @cached_property
    def written(self) -> dict[Policy, WrittenPolicy]:
        return {one.policy: one for one in self.policies}

    @cached_property
    def inventory(self) -> Inventory:
        return Inventory(self.world)

    @cached_property
    def engines(self) -> tuple[Engine, ...]:
        """One for each IP version that the world is about."""
        scope = Scope(pod_networks=self.pod_networks or private(), traffic=(DNS,))
        return tuple(Engine.of(self.world, version, scope) for version in self.versions)

    @cached_property
    def weighed(self) -> Weighed:
        return weighed(self.world, self.engines)

    @cached_property
    def sides(self) -> tuple[dict[Direction, Sides], ...]:
        """Of each engine."""
        return tuple(sides_of(engine) for engine in self.engines)

    @cached_property
    def versions(self) -> tuple[int, ...]:
        return versions_of(self.world)

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """Of all policies, staged ones too."""
        return tuple(one for policy in self.policies for one in said_by(policy))

    @cached_property
    def selectors(self) -> tuple[tuple[WrittenPolicy, Path, Selector], ...]:
        return tuple(one for policy in self.policies for one in selectors_of(policy))

    @property
    def holds_endpoints(self) -> bool:
        """Whether anything is there that policies could be about."""
        world = self.world
        return bool(world.workloads or world.host_endpoints or world.host_networked)

    def all_rules(self) -> Iterator[tuple[WrittenPolicy, Direction, Rule]]:
        return chain.from_iterable(((one, *pair) for pair in one.rules()) for one in self.policies)
