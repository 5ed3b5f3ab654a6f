"""Profiles one after the other: what a Pass leaves, and what it leads to."""

from random import Random

import pytest

from agreement import disagreements, packets_for, world_from
from builders import profile
from percale.lab.scenario import in_lab
from percale.lab.topology import Lab
from percale.policy.verdict import judge
from random_worlds import PODS, Generator, Manifest

pytestmark = pytest.mark.kernel

ALLOW, DENY, LOG = {"action": "Allow"}, {"action": "Deny"}, {"action": "Log"}
PASS_UDP = {"action": "Pass", "protocol": "UDP"}
ALLOW_TCP = {"action": "Allow", "protocol": "TCP"}
DENY_TCP = {"action": "Deny", "protocol": "TCP"}

#: Rules of the profile of a pod's namespace, then of its service account's.
ROWS: dict[str, tuple[list[Manifest], list[Manifest]]] = {
    "a pass before an allow of its profile": ([PASS_UDP, ALLOW], []),
    "a pass before a deny of its profile": ([PASS_UDP, DENY], [ALLOW]),
    "a pass in the second profile": ([DENY_TCP], [PASS_UDP, ALLOW]),
    "a pass in both": ([PASS_UDP, ALLOW_TCP], [LOG, PASS_UDP, ALLOW]),
}


def _pod(name: str) -> Manifest:
    namespace, _, short = name.partition("/")
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": short, "namespace": namespace}}


@pytest.mark.parametrize("row", ROWS)
def test_a_pass_leaves_its_profile_and_no_other(lab: Lab, row: str) -> None:
    first, second = ROWS[row]
    manifests = [_pod(name) for name in PODS]
    for namespace in sorted({name.partition("/")[0] for name in PODS}):
        manifests.append(profile(f"kns.{namespace}", ingress=first, egress=[ALLOW]))
        manifests.append(profile(f"ksa.{namespace}.default", ingress=second, egress=[ALLOW]))
    sent = packets_for(Generator(Random(row)), lab, 80)
    world = in_lab(world_from(manifests), lab)
    assert {judge(world, packet).allowed for packet in sent} == {True, False}
    assert disagreements(lab, manifests, sent) == []
