"""What rules look at: the manifests, the world they make, and facts that several rules share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

from percale.analysis.lint.findings import Evidence, Spot
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
from percale.traffic.addresses import Network
from percale.traffic.protocols import TCP, UDP
from percale.traffic.traffic import Traffic

T = TypeVar("T")

_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")

#: Told apart wherever engines are asked about names being looked up.
DNS = Traffic.to_port(UDP, 53) | Traffic.to_port(TCP, 53)


@dataclass(frozen=True, slots=True, eq=False)
class WrittenPolicy:
    """A policy, and where it was written."""

    policy: Policy
    resource: AnyResource
    document: Document

    def rules(self) -> Iterator[tuple[Direction, Rule]]:
        for direction in Direction:
            yield from ((direction, rule) for rule in self.policy.rules(direction))

    def spot(self, path: Path, says: str, remedy: str, *evidence: Evidence) -> Spot:
        return Spot(self.document, path, says, remedy, evidence)


def path_of(rule: Rule) -> Path:
    """Where a rule stands in its document."""
    return ("spec", *_steps(rule.path))


def _steps(text: str) -> Iterator[str | int]:
    for number, name in _STEP.findall(text):
        yield int(number) if number else name


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

    def of_kind(self, *kinds: type[AnyResource]) -> Iterator[Located]:
        return (item for item in self.manifests.items if isinstance(item.resource, kinds))

    def resources(self, kind: type[T]) -> Iterator[tuple[Document, T]]:
        return ((item.document, item.resource) for item in self.manifests.items if isinstance(item.resource, kind))

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

    @property
    def holds_endpoints(self) -> bool:
        """Whether anything is there that policies could be about."""
        world = self.world
        return bool(world.workloads or world.host_endpoints or world.host_networked)

    def all_rules(self) -> Iterator[tuple[WrittenPolicy, Direction, Rule]]:
        return chain.from_iterable(((one, *pair) for pair in one.rules()) for one in self.policies)
