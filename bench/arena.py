"""The same two pods under different rules, each in a lab of its own, measured in turns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from types import TracebackType
from typing import Self

from bench.connections import Connections
from bench.cpu import Core, on_last_core
from bench.flood import Flood, Received, swallow_udp
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import NodeSettings
from percale.dataplane.nftables.backend import load
from percale.dataplane.ruleset import Ruleset
from percale.errors import PercaleError
from percale.host.conntrack import forget_flows
from percale.lab.addressing import POD_NETWORKS
from percale.lab.capture import Markers
from percale.lab.layout import LabPod
from percale.lab.topology import Lab
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP

CLIENT, SERVER = "client", "server"
ADDRESS_OF: Mapping[str, Address] = {CLIENT: address("10.65.0.2"), SERVER: address("10.65.0.3")}

NO_RULES = "no rules"
CONNTRACK_ONLY = "conntrack only"

#: What any stateful filter has to do, and no more.
_CONNTRACK_RULES = """table ip bench {
chain forward {
type filter hook forward priority -5; policy accept;
ct state established accept
}
}
"""

_CLIENT_PORT = 40000
#: A round that another program disturbed so much that packets were lost is tried again.
_TRIES = 4

LoadRules = Callable[[Lab], None]


class Probe(StrEnum):
    """What is done a number of times."""

    NEW = "new"
    ESTABLISHED = "established"
    CONNECTIONS = "connections"


@dataclass(frozen=True, slots=True)
class Effort:
    """How often what is done. Many short rounds: the machine's speed drifts, and ratios are taken within a round."""

    rounds: int
    packets: int
    connections: int


QUICK = Effort(rounds=16, packets=5120, connections=256)
THOROUGH = Effort(rounds=60, packets=5120, connections=256)

#: By contender and probe, one rate for each round.
Rates = Mapping[str, Mapping[Probe, Sequence[float]]]


class Contender:
    """A lab with rules in it, and everything that is measured there."""

    def __init__(self, name: str, load_rules: LoadRules, port: int) -> None:
        self.name = name
        self._open = ExitStack()
        with ExitStack() as until_ready:
            until_ready.callback(self._open.close)
            self._lab = self._open.enter_context(Lab.build(LabPod(one, (ADDRESS_OF[one],)) for one in ADDRESS_OF))
            swallow_udp(self._lab, CLIENT)
            swallow_udp(self._lab, SERVER)
            load_rules(self._lab)
            there = Packet(ADDRESS_OF[CLIENT], ADDRESS_OF[SERVER], UDP, _CLIENT_PORT, port)
            back = Packet(there.destination, there.source, UDP, port, _CLIENT_PORT)
            self._there, self._back = Flood(self._lab, CLIENT, there), Flood(self._lab, SERVER, back)
            self._received = Received(self._lab, SERVER)
            self._markers = Markers(self._lab)
            self._connections = Connections(self._lab, CLIENT, SERVER, ADDRESS_OF[SERVER], port)
            for one in (self._there, self._back, self._received, self._markers, self._connections):
                self._open.callback(one.close)
            until_ready.pop_all()

    def rate(self, probe: Probe, effort: Effort, core: Core) -> float:
        """How many a CPU second."""
        match probe:
            case Probe.NEW:
                return self._packet_rate(effort.packets, core, answered=False)
            case Probe.ESTABLISHED:
                return self._packet_rate(effort.packets, core, answered=True)
            case Probe.CONNECTIONS:
                return self._connection_rate(effort.connections, core)

    def close(self) -> None:
        self._open.close()

    def _packet_rate(self, packets: int, core: Core, *, answered: bool) -> float:
        for _ in range(_TRIES):
            forget_flows(self._lab.node)
            self._there.send(1)
            if answered:
                self._back.send(1)
            self._markers.settle()
            before, began = self._received.count(), core.spent_s()
            self._there.send(packets)
            self._markers.settle()
            spent, delivered = core.spent_s() - began, self._received.count() - before
            if delivered == packets:
                return packets / spent
        raise PercaleError(f"{self.name}: {packets} packets sent, {delivered} delivered")

    def _connection_rate(self, connections: int, core: Core) -> float:
        forget_flows(self._lab.node)
        began = core.spent_s()
        self._connections.make(connections)
        return connections / (core.spent_s() - began)


class Arena:
    """Contenders side by side: bare forwarding, conntrack alone, and whoever else is given."""

    def __init__(self, port: int, others: Iterable[tuple[str, LoadRules, int]]) -> None:
        given = [(NO_RULES, _nothing, port), (CONNTRACK_ONLY, _conntrack_only, port), *others]
        self._open = ExitStack()
        self.contenders: list[Contender] = []
        with ExitStack() as until_ready:
            until_ready.callback(self._open.close)
            for one in given:
                contender = Contender(*one)
                self._open.callback(contender.close)
                self.contenders.append(contender)
            until_ready.pop_all()

    def rates(self, effort: Effort, probes: Sequence[Probe] = tuple(Probe)) -> Rates:
        measured: dict[str, dict[Probe, list[float]]] = {
            one.name: {probe: [] for probe in probes} for one in self.contenders
        }
        with on_last_core() as core:
            for probe in [probe for _ in range(effort.rounds) for probe in probes]:
                for one in self.contenders:
                    measured[one.name][probe].append(one.rate(probe, effort, core))
        return measured

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def rules_of(ruleset: Ruleset) -> LoadRules:
    def load_them(lab: Lab) -> None:
        load(ruleset, lab.node.run)

    return load_them


def node_settings() -> NodeSettings:
    """As of a node in service: sources are checked, strangers among the pods' addresses refused."""
    interfaces = (WorkloadInterface(f"pod{number}", (own,)) for number, own in enumerate(ADDRESS_OF.values()))
    return NodeSettings(guarded=POD_NETWORKS, interfaces=tuple(interfaces))


def ratios(rates: Rates, base: str = NO_RULES) -> dict[str, dict[str, float]]:
    """The median of what the rounds say, each of which is held against its own base."""
    return {
        name: {str(probe): _median_ratio(found, rates[base][probe]) for probe, found in measured.items()}
        for name, measured in rates.items()
    }


def typical(rates: Rates, name: str) -> dict[str, float]:
    return {str(probe): median(found) for probe, found in rates[name].items()}


def _median_ratio(found: Sequence[float], base: Sequence[float]) -> float:
    return median(one / other for one, other in zip(found, base, strict=True))


def _nothing(_: Lab) -> None:
    pass


def _conntrack_only(lab: Lab) -> None:
    lab.node.run(("nft", "-f", "-"), stdin=_CONNTRACK_RULES)
