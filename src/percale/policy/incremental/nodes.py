"""Nodes as Kubernetes and Calico describe them, and their settings."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from percale.policy.from_hosts import node_from
from percale.policy.from_settings import cluster_settings, node_settings, nodes_named
from percale.policy.incremental.ledger import ByName, Ledger, Sortable, ordered
from percale.policy.settings import HostSettings
from percale.policy.world import Node
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.node import CalicoNode, KubernetesNode

K = TypeVar("K", bound=Sortable)


class Nodes(Generic[K]):
    def __init__(self) -> None:
        self.kubernetes: ByName[K, str, KubernetesNode, KubernetesNode] = ByName(_name, lambda one: one)
        self.calico: ByName[K, str, CalicoNode, CalicoNode] = ByName(_name, lambda one: one)
        self.known: Ledger[str, Node] = Ledger()

    def settle(self) -> frozenset[str]:
        kubernetes, calico = self.kubernetes.values, self.calico.values
        for name in {one.key for one in kubernetes.settle()} | {one.key for one in calico.settle()}:
            described = kubernetes.now.get(name), calico.now.get(name)
            self.known.put(name, node_from(name, *described) if any(described) else None)
        return frozenset(one.key for one in self.known.settle())

    def in_order(self) -> Iterator[Node]:
        for name in dict.fromkeys((*self.kubernetes.in_order(), *self.calico.in_order())):
            yield self.known.now[name]


class Settings(Generic[K]):
    def __init__(self, nodes: Ledger[str, Node]) -> None:
        self.configurations: Ledger[K, FelixConfiguration] = Ledger()
        self.of_cluster = HostSettings()
        #: Only the nodes that something narrower is said about.
        self.of_node: Ledger[str, HostSettings] = Ledger()
        self._nodes = nodes

    def settle(self, nodes: Iterable[str]) -> bool:
        """Whether anything is other than before; `nodes` are those that have changed themselves."""
        before = self.of_cluster
        configurations = ordered(self.configurations.now)
        named = nodes_named(configurations)
        stale = set(nodes)
        if self.configurations.settle():
            self.of_cluster = cluster_settings(configurations)
            stale |= {*self._nodes.now, *self.of_node.now, *named}
        for name in stale:
            known = self._nodes.now.get(name)
            settings = None
            if known or name in named:
                settings = node_settings(name, known.labels if known else {}, configurations)
            self.of_node.put(name, None if settings == self.of_cluster else settings)
        return bool(self.of_node.settle()) or self.of_cluster != before


def _name(one: KubernetesNode | CalicoNode) -> str:
    return one.metadata.name
