"""The world as it is now, to be read in parts: the whole of it costs as much as there is."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.ledger import Sortable, ordered
from percale.policy.incremental.stages import Stages
from percale.policy.policies import PolicySet, Profile
from percale.policy.rules import ServiceRef
from percale.policy.settings import HostSettings
from percale.policy.world import Node, ServiceBackend, World

K = TypeVar("K", bound=Sortable)


class LiveWorld(Generic[K]):
    """Nothing that it returns is to be changed, and mappings that it returns are the same ones later, with what is
    there then.
    """

    def __init__(self, stages: Stages[K]) -> None:
        self._stages = stages

    @property
    def workloads(self) -> Iterator[Endpoint]:
        """In no particular order, as with all endpoints here."""
        stages = self._stages
        return chain(stages.pods.shown.now.values(), stages.workload_endpoints.shown.now.values())

    @property
    def host_endpoints(self) -> Iterator[Endpoint]:
        stages = self._stages
        return chain(stages.host_endpoints.shown.now.values(), stages.automatic.shown.now.values())

    @property
    def network_sets(self) -> Iterable[Endpoint]:
        return self._stages.network_sets.shown.now.values()

    @property
    def host_networked(self) -> Iterable[Endpoint]:
        return self._stages.pods.on_host.now.values()

    @property
    def policies(self) -> PolicySet:
        """The same object until a policy or a tier changes."""
        return self._stages.policies.in_order

    @property
    def profiles(self) -> Mapping[str, Profile]:
        return self._stages.givers.profiles.now

    @property
    def services(self) -> Mapping[ServiceRef, tuple[ServiceBackend, ...]]:
        return self._stages.services.backends.now

    @property
    def nodes(self) -> Mapping[str, Node]:
        return self._stages.nodes.known.now

    def node(self, name: str) -> Node:
        """Of a node that nobody describes, only the name is known."""
        return self.nodes.get(name) or Node(name)

    @property
    def settings(self) -> HostSettings:
        return self._stages.settings.of_cluster

    def settings_for(self, node: str) -> HostSettings:
        return self._stages.settings.of_node.now.get(node, self.settings)

    def world(self) -> World:
        """All of it, as `world_of` would make it of the same resources in the order of their keys."""
        stages = self._stages
        return World(
            policies=self.policies,
            workloads=(*ordered(stages.pods.shown.now), *ordered(stages.workload_endpoints.shown.now)),
            network_sets=tuple(ordered(stages.network_sets.shown.now)),
            host_endpoints=(*ordered(stages.host_endpoints.shown.now), *stages.automatic.in_order()),
            profiles=dict(self.profiles),
            services=dict(self.services),
            external_ports=tuple(
                port
                for name in stages.services.resources.in_order()
                for port in stages.services.external_ports.now.get(name, ())
            ),
            nodes=tuple(stages.nodes.in_order()),
            host_networked=tuple(ordered(stages.pods.on_host.now)),
            settings=self.settings,
            settings_of_node=dict(stages.settings.of_node.now),
        )
