"""The model held against the kernel: the same packets judged and sent."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.policy.from_resources import world_of
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.resources.problems import InvalidInput
from percale.traffic.packet import Packet
from random_worlds import ADDRESSES, ELSEWHERE, PODS, Generator, Manifest

#: Puts a world's rules into a lab's node.
Enforce = Callable[[World, Lab], None]


@dataclass(frozen=True)
class Disagreement:
    packet: Packet
    predicted: bool


def build_lab(attachment: Attachment) -> Lab:
    pods = [LabPod(name, ADDRESSES[name]) for name in PODS]
    return Lab.build(pods, attachment=attachment, outside_addresses=ELSEWHERE)


def world_from(manifests: Sequence[Manifest]) -> World:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
    return world_of(decode(documents_in(text.encode(), "random.json")))


def disagreements(
    lab: Lab, manifests: Sequence[Manifest], packets: Sequence[Packet], enforced: Enforce = enforce
) -> list[Disagreement]:
    """Load the world's rules and send the packets; the kernel's answers that the judge did not foresee."""
    world = in_lab(world_from(manifests), lab)
    enforced(world, lab)
    arrived = send_all(lab, [(_sender(lab, packet), packet) for packet in packets])
    predicted = [judge(world, packet).allowed for packet in packets]
    return [
        Disagreement(packet, allowed)
        for index, (packet, allowed) in enumerate(zip(packets, predicted, strict=True))
        if allowed != (index in arrived)
    ]


def _sender(lab: Lab, packet: Packet) -> str:
    return lab.owner_of(packet.source) or OUTSIDE


def packets_for(generator: Generator, lab: Lab, count: int) -> list[Packet]:
    hosts = [*ELSEWHERE, *lab.addresses_of(NODE)]
    return list(dict.fromkeys(generator.packet(hosts) for _ in range(count)))


def check_world(lab: Lab, seed: int, packets: int, enforced: Enforce = enforce) -> int:
    """Compare one random world; how many packets were compared. A failure shows the smallest world that fails."""
    generator = Generator(Random(seed))
    manifests = generator.world()
    sent = packets_for(generator, lab, packets)
    if wrong := disagreements(lab, manifests, sent, enforced):
        raise AssertionError(_failure(lab, seed, manifests, wrong, enforced))
    return len(sent)


def _failure(lab: Lab, seed: int, manifests: list[Manifest], wrong: list[Disagreement], enforced: Enforce) -> str:
    packet, predicted = wrong[0].packet, wrong[0].predicted

    def fails(smaller: list[Manifest]) -> bool:
        try:
            return bool(disagreements(lab, smaller, [packet], enforced))
        except InvalidInput:
            return False

    smallest = minimal(manifests, fails)
    shown = "\n---\n".join(json.dumps(one) for one in smallest)
    said = "allowed" if predicted else "denied"
    return (
        f"seed {seed}: {len(wrong)} packets disagree; {packet} is {said} by the model, not by the kernel, in\n{shown}"
    )


def minimal(manifests: list[Manifest], fails: Callable[[list[Manifest]], bool]) -> list[Manifest]:
    """Take away whatever the failure does not need: resources, then rules, then fields of rules."""
    found = manifests
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(found):
            if fails(smaller):
                found, progress = smaller, True
                break
    return found


def _smaller(manifests: list[Manifest]) -> Iterator[list[Manifest]]:
    for index in range(len(manifests)):
        yield manifests[:index] + manifests[index + 1 :]
    for index, manifest in enumerate(manifests):
        for path in _paths(manifest.get("spec", {}), ("spec",)):
            yield [*manifests[:index], _without(manifest, path), *manifests[index + 1 :]]


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _without(manifest: Manifest, path: tuple[Any, ...]) -> Manifest:
    found = copy.deepcopy(manifest)
    *above, last = path
    inner: Any = found
    for key in above:
        inner = inner[key]
    del inner[last]
    return found
