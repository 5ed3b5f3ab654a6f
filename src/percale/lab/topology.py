"""A node with pods, and a host outside: network namespaces that end with this process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from types import MappingProxyType, TracebackType
from typing import Self

from percale.host.netns import NetNs
from percale.lab import links
from percale.lab.addressing import POD_NETWORKS
from percale.lab.kernel_settings import prepare_host, prepare_node
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPlan, LabPod, Layout
from percale.traffic.addresses import Address, Network


class Lab(Layout):
    """Namespaces, wired and ready. Closing it, or the end of the process, takes all of it away."""

    def __init__(self, plan: LabPlan, namespaces: Mapping[str, NetNs]) -> None:
        super().__init__(plan)
        self._namespaces = dict(namespaces)
        self.node, self.outside = self._namespaces[NODE], self._namespaces[OUTSIDE]
        self.pods: Mapping[str, NetNs] = MappingProxyType({name: self._namespaces[name] for name in self.workloads})

    @classmethod
    def build(
        cls,
        pods: Iterable[LabPod],
        *,
        attachment: Attachment = Attachment.ROUTED,
        pod_networks: Sequence[Network] = POD_NETWORKS,
        outside_addresses: Sequence[Address] = (),
    ) -> Self:
        """`outside_addresses` come on top of those that the outside host has anyway."""
        plan = LabPlan.of(pods, attachment=attachment, pod_networks=pod_networks, outside_addresses=outside_addresses)
        with ExitStack() as until_wired:
            names = (NODE, OUTSIDE, *(pod.name for pod in plan.pods))
            lab = cls(plan, {name: until_wired.enter_context(NetNs.create()) for name in names})
            lab._wire(plan.elsewhere)
            until_wired.pop_all()
        return lab

    @classmethod
    def attach(cls, plan: LabPlan, paths: Mapping[str, str]) -> Self:
        """A lab that another process holds; closing this one only lets go of it."""
        with ExitStack() as until_open:
            lab = cls(plan, {name: until_open.enter_context(NetNs.open(path)) for name, path in paths.items()})
            until_open.pop_all()
        return lab

    @property
    def paths(self) -> dict[str, str]:
        """By which another process can open the namespaces, as long as this one holds them."""
        return {name: namespace.path for name, namespace in self._namespaces.items()}

    def namespace(self, name: str) -> NetNs:
        """Of a pod, of `node` or of `outside`."""
        return self._namespaces[name]

    def close(self) -> None:
        for namespace in self._namespaces.values():
            namespace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wire(self, elsewhere: Sequence[Address]) -> None:
        prepare_node(self.node, bridged=self.attachment is Attachment.BRIDGED)
        for host in (self.outside, *self.pods.values()):
            prepare_host(host)
        _ip(self.node, chain(links.uplink_of_node(self.outside.path, elsewhere), self._node_lines()))
        if self.attachment is Attachment.BRIDGED:
            ports = map(links.bridge_port, self.bridged_cables())
            self.node.run(("bridge", "-batch", "-"), stdin="\n".join(ports))
        for name, namespace in self.pods.items():
            _ip(namespace, self._pod_lines(name))
        _ip(self.outside, links.outside_host(elsewhere, self.behind_node()))

    def _node_lines(self) -> Iterator[str]:
        if self.attachment is Attachment.BRIDGED:
            yield from links.bridge(self.pod_networks)
        for name, cable in self.cables.items():
            line = links.bridged_node if self.is_bridged(name) else links.routed_node
            yield from line(cable, self.pods[name].path)

    def _pod_lines(self, name: str) -> Iterator[str]:
        if self.is_bridged(name):
            return links.bridged_pod(self.cables[name], self.bridged_cables(), self.pod_networks)
        return links.routed_pod(self.cables[name])


def _ip(namespace: NetNs, lines: Iterable[str]) -> None:
    namespace.run(("ip", "-batch", "-"), stdin="\n".join(lines))
