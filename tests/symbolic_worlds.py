"""Random worlds with all that the engine has to tell apart, and packets at the edges of everything that it cuts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from agreement import world_from
from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.engine import Engine
from percale.lab.layout import NODE
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Profile
from percale.policy.settings import ToHost
from percale.policy.world import Node, World
from percale.traffic.addresses import Address, address, address_at
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from random_hosts import HostGenerator
from random_worlds import ADDRESSES, ELSEWHERE, Manifest

_DOMAINS = ("example.com", "*.example.com", "www.example.com", "example.org")
NAMES = ("", "example.com", "www.example.com", "a.b.example.com", "example.org", "unheard.of")
_NODE_ADDRESSES = tuple(map(address, ("10.65.0.1", "192.0.2.1", "fd00:65::1", "2001:db8::1")))
_OTHER_NODE = (address("192.0.2.2"), address("2001:db8::2"))


@dataclass(frozen=True)
class Worlds:
    """One of every dialect, staged policies and domains among them."""

    random: Random

    def one(self) -> World:
        generator = HostGenerator(self.random)
        manifests = generator.host_world() if generator.one_in(2) else generator.world()
        return self._rearranged(world_from([self._varied(one) for one in manifests]))

    def _chance(self, n: int) -> bool:
        return self.random.randrange(n) == 0

    def _varied(self, manifest: Manifest) -> Manifest:
        spec = manifest.get("spec", {})
        if not manifest["apiVersion"].startswith("projectcalico"):
            return manifest
        if manifest["kind"].endswith("NetworkSet") and self._chance(2):
            domains = self.random.sample(_DOMAINS, 2)
            return manifest | {"spec": spec | {"allowedEgressDomains": domains}}
        if manifest["kind"].endswith("NetworkPolicy"):
            egress = [self._with_domains(rule) for rule in spec.get("egress", ())]
            changed = spec | {"egress": egress} if egress else spec
            kind = f"Staged{manifest['kind']}" if self._chance(5) else manifest["kind"]
            return manifest | {"kind": kind, "spec": changed}
        return manifest

    def _with_domains(self, rule: Manifest) -> Manifest:
        if rule["action"] != "Allow" or not self._chance(6):
            return rule
        return rule | {"destination": {"domains": self.random.sample(_DOMAINS, 1)}}

    # What manifests alone seldom bring about.

    def _rearranged(self, world: World) -> World:
        nodes = (Node(NODE, _NODE_ADDRESSES), Node("n2", _OTHER_NODE)) if self._chance(2) else ()
        placed = tuple(map(self._moved, world.workloads))
        hosts = tuple(self._at_addresses(one) if self._chance(3) else one for one in world.host_endpoints)
        settings = replace(world.settings, to_host=self.random.choice(tuple(ToHost)))
        of_node = {NODE: replace(settings, drops_invalid=False)} if self._chance(4) else {}
        return replace(
            world,
            workloads=placed,
            host_endpoints=hosts,
            nodes=nodes,
            settings=settings,
            settings_of_node=of_node,
            profiles={**world.profiles, "strict": self._profile(world)},
        )

    def _moved(self, one: Endpoint) -> Endpoint:
        """On a node, at times with another profile, at somebody else's address, or at several."""
        found = replace(one, node=self.random.choice((NODE, "n2", "")))
        if self._chance(8):
            found = replace(found, profiles=self.random.choice(((), ("strict",), ("missing", "strict"))))
        return self._at_addresses(found) if self._chance(12) else found

    def _at_addresses(self, one: Endpoint) -> Endpoint:
        pool = [*ELSEWHERE, *_NODE_ADDRESSES, *(at for own in ADDRESSES.values() for at in own)]
        return one.at(*self.random.sample(pool, self.random.randint(1, 3)))

    def _profile(self, world: World) -> Profile:
        policies = world.policies.policies
        there = self.random.choice(policies) if policies else Profile("")
        return Profile("strict", there.ingress, there.egress)


@dataclass(frozen=True)
class Packets:
    """To hold one engine against the judge with."""

    engine: Engine
    random: Random

    @property
    def _version(self) -> int:
        return self.engine.cells.version

    def at_random(self, count: int) -> list[Packet]:
        generator = HostGenerator(self.random)
        found: list[Packet] = []
        while len(found) < count:
            packet = generator.packet([*ELSEWHERE, *_NODE_ADDRESSES])
            if packet.version == self._version:
                # A name leads outside: the engine takes workloads as looked up by none.
                outside = self.engine.world.workload_at(packet.destination) is None
                found.append(replace(packet, destination_name=self.random.choice(NAMES) if outside else ""))
        return found

    def at_edges(self) -> Iterator[Packet]:
        """The first and the last number of every interval on either axis; the first and last address of every atom."""
        points = list(self._points())
        ends = list(self._ends())
        for turn in range(max(len(points), len(ends))):
            protocol, x, y = points[turn] if turn < len(points) else self.random.choice(points)
            one, other = ends[turn % len(ends)], self.random.choice(ends)
            pair = (one, other) if self.random.randrange(2) else (other, one)
            yield _packet(*pair, protocol, x, y)

    def _ends(self) -> Iterator[Address]:
        world = self.engine.world
        known = {at for one in world.workloads for at in one.addresses}
        known |= {address_at(edge, self._version) for edge in self._atom_edges()}
        yield from sorted((one for one in known if one.version == self._version), key=int)

    def _atom_edges(self) -> Iterator[int]:
        for addresses in self.engine.identities.atoms.addresses():
            for span in addresses:
                yield from span

    def _points(self) -> Iterator[tuple[int, int, int]]:
        for protocol, x, y in edges(self.engine.cells):
            longer = max(len(x), len(y))
            for turn in range(longer):
                yield (
                    protocol,
                    x[turn] if turn < len(x) else self.random.choice(x),
                    y[turn] if turn < len(y) else self.random.choice(y),
                )
        yield next(number for number in range(255, 0, -1) if number not in self.engine.cells.grids), 0, 0


def edges(cells: Cells) -> Iterator[tuple[int, list[int], list[int]]]:
    """Of each protocol, the first and the last number of each of the intervals on its axes."""
    for protocol, grid in cells.grids.items():
        yield protocol, _edges(grid.x, grid.ends[0]), _edges(grid.y, grid.ends[1])


def _edges(starts: tuple[int, ...], end: int) -> list[int]:
    return sorted({edge for start, after in pairwise((*starts, end + 1)) for edge in (start, after - 1)})


def _packet(source: Address, destination: Address, protocol: int, x: int, y: int) -> Packet:
    if protocol in PROTOCOLS_WITH_PORTS:
        return Packet(source, destination, protocol, x, y)
    if protocol == (ICMP if source.version == 4 else ICMPV6):
        return Packet(source, destination, protocol, icmp_type=x, icmp_code=y)
    return Packet(source, destination, protocol)
