"""What the rules of a node depend on, in a world as it is or in one that changes."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from percale.policy.endpoints import Endpoint
from percale.policy.policies import PolicySet, Profile
from percale.policy.rules import ServiceRef
from percale.policy.settings import HostSettings
from percale.policy.world import Node, ServiceBackend


class Resolved(Protocol):
    """`World` is one, and `LiveWorld`."""

    @property
    def policies(self) -> PolicySet: ...
    @property
    def workloads(self) -> Iterable[Endpoint]: ...
    @property
    def network_sets(self) -> Iterable[Endpoint]: ...
    @property
    def host_endpoints(self) -> Iterable[Endpoint]: ...
    @property
    def profiles(self) -> Mapping[str, Profile]: ...
    @property
    def services(self) -> Mapping[ServiceRef, tuple[ServiceBackend, ...]]: ...

    def node(self, name: str) -> Node: ...

    def settings_for(self, node: str) -> HostSettings: ...
