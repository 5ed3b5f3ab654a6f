"""Host endpoints: to the host, from the host, forwarded, and published ports, as the judge says."""

import json
from random import Random

import pytest

from agreement import minimal, world_from
from host_ways import packets_for, receivers, way
from percale.lab.layout import Attachment
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from random_hosts import HostGenerator
from random_worlds import Manifest
from tally import Tally

pytestmark = pytest.mark.kernel

_WORLDS = 60
_LONG_WORLDS = 220
_PACKETS = 90
_AT_ONCE = 10


def _predicted(world: World, lab: Lab, sender: str, packet: Packet) -> bool:
    final, crossed = way(lab, sender, packet)
    return judge(world, final, crossing=crossed).allowed


def _check(lab: Lab, seed: int) -> int:
    generator = HostGenerator(Random(seed))
    manifests = generator.host_world()
    world = in_lab(world_from(manifests), lab)
    sent = packets_for(lab, generator, world, _PACKETS)
    if wrong := _wrong(lab, world, sent):
        raise AssertionError(_failure(lab, seed, manifests, wrong))
    return len(sent)


def _wrong(lab: Lab, world: World, sent: list[tuple[str, Packet]]) -> list[tuple[str, Packet]]:
    enforce(world, lab)
    arrived = send_all(lab, sent, translated=receivers(lab, sent))
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
    final, crossed = way(lab, sender, packet)
    shown = "\n---\n".join(json.dumps(one) for one in smallest)
    way_there = f"{packet} {final} {crossed}"
    return f"seed {seed}: {len(wrong)} disagree; {said} by the model, not by the kernel: {way_there}\n{shown}"


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
