"""What manifests mean, ready to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING

from percale.analysis.asking import Terms, questions
from percale.analysis.parties import Unaskable
from percale.analysis.party_sets import is_set
from percale.api.reach import Reach
from percale.policy.from_resources import DEFAULT_NAMESPACE, world_of
from percale.policy.world import World as PolicyWorld
from percale.resources.decode import Manifests, decode
from percale.resources.documents import documents_in
from percale.resources.files import read
from percale.resources.problems import Problem
from percale.traffic.addresses import Network, network_text

if TYPE_CHECKING:
    from percale.api.between import Between
    from percale.api.connections import Connection
    from percale.api.diff import Diff

#: `"5432/tcp"`, `"53/udp"`, `"http"`, `"icmp"`, or a TCP port as a number.
Port = str | int


def load(*paths: str | PathLike[str]) -> "World":
    """Files, and directories with all below them; raises InvalidInput with every problem of all of them."""
    if not paths:
        raise Unaskable("nothing was named to load", hint='percale.load("k8s/")')
    return World(decode(read([fspath(path) for path in paths])))


def loads(text: str | bytes, *, name: str = "<text>") -> "World":
    """YAML, several documents of it if need be, or JSON; `name` is what problems call it."""
    content = text.encode() if isinstance(text, str) else text
    return World(decode(documents_in(content, name)))


@dataclass(frozen=True, slots=True)
class Where:
    """What a question says of names and of addresses that the manifests leave open."""

    namespace: str
    pod_networks: Sequence[str]

    def terms(self, ports: Sequence[Port], source_port: int | None = None) -> Terms:
        texts = tuple(str(port) for port in ports)
        return Terms(texts, None if source_port is None else str(source_port), self.namespace, self.networks)

    @property
    def networks(self) -> tuple[Network, ...]:
        return tuple(_network(text) for text in self.pod_networks)


def _network(text: str) -> Network:
    if found := network_text(text):
        return found
    raise Unaskable(f"`{text}` is no network", hint="write it as 10.244.0.0/16")


class World:
    """Workloads and the policies about them. It does not change, and asking it reads no file."""

    def __init__(self, manifests: Manifests) -> None:
        self._manifests = manifests
        self._world = world_of(manifests)

    def __repr__(self) -> str:
        return f"<percale.World: {len(self._world.workloads)} workloads, {len(self.policies)} policies>"

    @property
    def workloads(self) -> tuple[str, ...]:
        """Each as a question names it; a name that two kinds have is here twice."""
        return tuple(map(str, self._world.workloads))

    @property
    def policies(self) -> tuple[str, ...]:
        """In the order in which they are asked: `NetworkPolicy shop/db`."""
        return tuple(str(policy.id) for policy in self._world.policies.policies)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return self._manifests.warnings

    @property
    def passed_over(self) -> Mapping[str, int]:
        """How many there were of kinds that no policy depends on."""
        return dict(self._manifests.passed_over)

    def reach(
        self,
        source: str,
        destination: str,
        *ports: Port,
        source_port: int | None = None,
        namespace: str = DEFAULT_NAMESPACE,
        pod_networks: Sequence[str] = (),
    ) -> Reach:
        """Whether one party can reach another; without ports, on every one that the destination declares."""
        if is_set(source) or is_set(destination):
            raise Unaskable(f"`{source}` to `{destination}` is about sets", hint="ask `between`")
        terms = Where(namespace, pod_networks).terms(ports, source_port)
        return Reach.of(questions(self._world, source, destination, terms))

    def between(
        self,
        source: str,
        destination: str,
        *ports: Port,
        source_port: int | None = None,
        namespace: str = DEFAULT_NAMESPACE,
        pod_networks: Sequence[str] = (),
    ) -> "Between":
        """Which flows there are between two sets: `namespace/dev`, `app == 'web'`, `outside`, `any`."""
        from percale.api.between import between  # noqa: PLC0415  the engine needs numpy

        terms = Where(namespace, pod_networks).terms(ports, source_port)
        return between(self._world, source, destination, terms)

    def connectivity(self, *, pod_networks: Sequence[str] = ()) -> "tuple[Connection, ...]":
        """Who can reach whom on what: workloads and hosts, those that nothing tells apart together, and the outside."""
        from percale.api.connections import connections  # noqa: PLC0415

        return connections(self._world, Where(DEFAULT_NAMESPACE, pod_networks).terms(()).networks)

    def diff(self, new: "World", *, pod_networks: Sequence[str] = ()) -> "Diff":
        """What another version of the manifests lets through differently."""
        from percale.api.diff import diff  # noqa: PLC0415

        return diff(self._world, new.model, Where(DEFAULT_NAMESPACE, pod_networks).terms(()).networks)

    @property
    def model(self) -> PolicyWorld:
        """Percale's own value, whose form may change with every release."""
        return self._world
