"""Host endpoints: to the host, from the host, forwarded, and published ports, as the judge says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from agreement import Tally, minimal, world_from
from kernel_support import require_namespaces
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.scenario import crossing, enforce, in_lab
from percale.lab.topology import Lab
from percale.policy.host_path import Crossing
from percale.policy.policies import Hook
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_hosts import CONTAINERS, NODE_PORTS, PUBLISHED_PORT, HostGenerator
from random_worlds import ADDRESSES, ELSEWHERE, PODS, Manifest

pytestmark = pytest.mark.kernel

_WORLDS = 60
_LONG_WORLDS = 220
_PACKETS = 90
_AT_ONCE = 10


@pytest.fixture(scope="module", params=tuple(Attachment))
def host_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    pods = [*(LabPod(name, ADDRESSES[name]) for name in PODS), *CONTAINERS]
    with Lab.build(pods, attachment=request.param, outside_addresses=ELSEWHERE) as built:
        _publish(built)
        yield built


def _publish(lab: Lab) -> None:
    """What kube-proxy or Docker would do for a node port: translate the destination, and nothing else."""
    rules = [
        f"{family} daddr {_own(lab, NODE, version)} tcp dport {port} dnat to {_published(lab, name, version)}"
        for version, family in ((4, "ip"), (6, "ip6"))
        for port, name in NODE_PORTS.items()
    ]
    body = "\n".join(["type nat hook prerouting priority dstnat; policy accept;", *rules])
    lab.node.run(("nft", "-f", "-"), stdin=f"table inet publish {{\nchain c {{\n{body}\n}}\n}}\n")


def _own(lab: Lab, name: str, version: int) -> Address:
    return next(one for one in lab.addresses_of(name) if one.version == version)


def _published(lab: Lab, name: str, version: int) -> str:
    one = _own(lab, name, version)
    return f"[{one}]:{PUBLISHED_PORT}" if version == 6 else f"{one}:{PUBLISHED_PORT}"


def _translated(lab: Lab, sender: str, packet: Packet) -> Packet | None:
    """As the rules above make it of a packet that comes in from somewhere."""
    to_node = packet.destination == _own(lab, NODE, packet.version)
    name = NODE_PORTS.get(packet.destination_port) if packet.protocol == TCP and to_node and sender != NODE else None
    if name is None:
        return None
    return replace(packet, destination=_own(lab, name, packet.version), destination_port=PUBLISHED_PORT)


def _way(lab: Lab, sender: str, packet: Packet) -> tuple[Packet, Crossing]:
    translated = _translated(lab, sender, packet)
    final = translated or packet
    receiver = lab.owner_of(final.destination) or OUTSIDE
    return final, crossing(lab, sender, receiver, packet if translated else None)


def _predicted(world: World, lab: Lab, sender: str, packet: Packet) -> bool:
    final, way = _way(lab, sender, packet)
    return judge(world, final, crossing=way).allowed


def _has_untracked(world: World) -> bool:
    return any(Hook.UNTRACKED in policy.hooks for policy in world.policies.policies)


def _check(lab: Lab, seed: int) -> int:
    generator = HostGenerator(Random(seed))
    manifests = generator.host_world()
    world = in_lab(world_from(manifests), lab)
    sent = list(dict.fromkeys(generator.host_packet(lab.node_addresses) for _ in range(_PACKETS)))
    # What is not tracked is not translated either, and what comes of that is no question of policy.
    sent = [one for one in sent if not (_has_untracked(world) and _translated(lab, *one))]
    # A pod does not reach itself by way of the node.
    sent = [one for one in sent if lab.owner_of(_way(lab, *one)[0].destination) != one[0]]
    if wrong := _wrong(lab, world, sent):
        raise AssertionError(_failure(lab, seed, manifests, wrong))
    return len(sent)


def _wrong(lab: Lab, world: World, sent: list[tuple[str, Packet]]) -> list[tuple[str, Packet]]:
    enforce(world, lab)
    translated = {index: _way(lab, *one)[0].destination for index, one in enumerate(sent)}
    arrived = send_all(lab, sent, translated=translated)
    return [one for index, one in enumerate(sent) if _predicted(world, lab, *one) != (index in arrived)]


def _failure(lab: Lab, seed: int, manifests: list[Manifest], wrong: list[tuple[str, Packet]]) -> str:
    sender, packet = wrong[0]
    foreseen = _predicted(in_lab(world_from(manifests), lab), lab, sender, packet)

    def fails(smaller: list[Manifest]) -> bool:
        try:
            world = in_lab(world_from(smaller), lab)
            # Another disagreement than this one is not what is sought.
            same = _predicted(world, lab, sender, packet) == foreseen
            return same and bool(_wrong(lab, world, [(sender, packet)]))
        except Exception:  # noqa: BLE001  whatever a smaller world breaks, it is not this failure
            return False

    smallest = minimal(manifests, fails)
    world = in_lab(world_from(smallest), lab)
    said = "allowed" if _predicted(world, lab, sender, packet) else "denied"
    final, way = _way(lab, sender, packet)
    shown = "\n---\n".join(json.dumps(one) for one in smallest)
    return (
        f"seed {seed}: {len(wrong)} disagree; {said} by the model, not by the kernel: {packet} {final} {way}\n{shown}"
    )


def _first(lab: Lab) -> int:
    return 2_000_000 if lab.attachment is Attachment.ROUTED else 3_000_000


@pytest.mark.parametrize("first", range(0, _WORLDS, _AT_ONCE))
def test_the_kernel_does_for_hosts_what_the_judge_says(host_lab: Lab, first: int, tally: Tally) -> None:
    for number in range(first, first + _AT_ONCE):
        tally.add(packets=_check(host_lab, _first(host_lab) + number))


@pytest.mark.long
@pytest.mark.parametrize("first", range(_WORLDS, _LONG_WORLDS, _AT_ONCE))
def test_the_kernel_does_for_hosts_what_the_judge_says_for_long(host_lab: Lab, first: int, tally: Tally) -> None:
    for number in range(first, first + _AT_ONCE):
        tally.add(packets=_check(host_lab, _first(host_lab) + number))
