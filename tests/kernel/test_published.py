"""Published ports under random policies of hosts and pods: the kernel does what the judge says, whoever asks."""

from collections.abc import Iterator
from random import Random

import pytest

from agreement import world_from
from kernel_support import address_of, require_namespaces
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.probes import Party, Probe
from percale.lab.published import Backend, Masquerade, PublishedPort
from percale.lab.published_probes import through_published
from percale.lab.scenario import crossing, enforce, in_lab
from percale.lab.topology import Lab
from percale.lab.translation import publish
from percale.policy.host_path import Crossing
from percale.policy.world import World
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import SCTP, TCP, UDP
from random_hosts import HostGenerator
from random_worlds import ADDRESSES, PODS
from tally import Tally

pytestmark = pytest.mark.kernel

_WORLDS = 25
_EXTERNAL = {4: address("203.0.113.80"), 6: address("2001:db8:113::80")}


@pytest.fixture(scope="module", params=tuple(Attachment))
def published_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with Lab.build([LabPod(name, ADDRESSES[name]) for name in PODS], attachment=request.param) as built:
        publish(built, list(_ports(built)))
        yield built


def _ports(lab: Lab) -> Iterator[PublishedPort]:
    for version in (4, 6):
        one, other = (Backend(name, address_of(lab, name, version), 80) for name in PODS[:2])
        node = address_of(lab, NODE, version)
        yield PublishedPort(node, TCP, 30080, (one, other), Masquerade.ALWAYS)
        yield PublishedPort(node, UDP, 53, (other,), Masquerade.OF_THE_NODE)
        yield PublishedPort(node, SCTP, 8080, (one,), Masquerade.NEVER)
        yield PublishedPort(_EXTERNAL[version], TCP, 443, (one, other), Masquerade.OF_THE_NODE)


def _probes(world: World, lab: Lab) -> list[Probe]:
    def way(source: str, destination: str, original: Packet | None) -> Crossing:
        return crossing(lab, source, destination, original)

    parties = [Party(name, lab.addresses_of(name)) for name in PODS]
    parties += [Party(OUTSIDE, lab.outside_addresses), Party(NODE, _uplink(lab))]
    return through_published(world, parties, list(_ports(lab)), way=way)


def _uplink(lab: Lab) -> tuple[Address, ...]:
    return tuple(address_of(lab, NODE, version) for version in (4, 6))


def _sent(probe: Probe) -> tuple[str, Packet]:
    one = probe.dialogue
    packet = Packet(one.source, one.destination, one.protocol, one.source_port, one.port or 0)
    return one.sender, packet


def _arrived(lab: Lab, probes: list[Probe]) -> list[bool]:
    translated = {index: one.dialogue.arrives_at for index, one in enumerate(probes) if one.dialogue.arrives_at}
    arrived = send_all(lab, list(map(_sent, probes)), translated=translated)
    return [index in arrived for index in range(len(probes))]


def test_the_kernel_does_at_published_ports_what_the_judge_says(published_lab: Lab, tally: Tally) -> None:
    verdicts: set[bool] = set()
    for seed in range(4_000_000, 4_000_000 + _WORLDS):
        world = in_lab(world_from(HostGenerator(Random(seed)).host_world()), published_lab)
        enforce(world, published_lab)
        probes = _probes(world, published_lab)
        foreseen = [probe.predicted.allowed for probe in probes]
        wrong = [
            (probe.target, _sent(probe))
            for probe, allowed, arrived in zip(probes, foreseen, _arrived(published_lab, probes), strict=True)
            if allowed != arrived
        ]
        assert not wrong, f"seed {seed}"
        tally.add(packets=len(probes))
        verdicts.update(foreseen)
    assert verdicts == {True, False}
