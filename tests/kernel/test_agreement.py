"""Random worlds, compiled and loaded; every packet does in the kernel what the judge says."""

import pytest

from agreement import check_world, disagreements, world_from
from kernel_writing import enforce_by_netlink
from percale.lab.layout import Attachment
from percale.lab.topology import Lab
from percale.policy.verdict import judge
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_worlds import ADDRESSES, PODS
from tally import Tally

_WORLDS = 160
_WORLDS_BY_NETLINK = 40
_LONG_WORLDS = 600
_PACKETS = 110
_AT_ONCE = 20


def _first_seed(lab: Lab) -> int:
    return 0 if lab.attachment is Attachment.ROUTED else 1_000_000


@pytest.mark.kernel
@pytest.mark.parametrize("first", range(0, _WORLDS, _AT_ONCE))
def test_the_kernel_does_what_the_judge_says(lab: Lab, first: int, tally: Tally) -> None:
    for seed in range(_first_seed(lab) + first, _first_seed(lab) + first + _AT_ONCE):
        tally.add(packets=check_world(lab, seed, _PACKETS))


@pytest.mark.kernel
@pytest.mark.parametrize("first", range(0, _WORLDS_BY_NETLINK, _AT_ONCE))
def test_the_kernel_does_what_the_judge_says_of_rules_written_by_netlink(lab: Lab, first: int, tally: Tally) -> None:
    for seed in range(_first_seed(lab) + first, _first_seed(lab) + first + _AT_ONCE):
        tally.add(packets=check_world(lab, seed, _PACKETS, enforce_by_netlink))


@pytest.mark.kernel
@pytest.mark.long
@pytest.mark.parametrize("first", range(_WORLDS, _LONG_WORLDS, _AT_ONCE))
def test_the_kernel_does_what_the_judge_says_for_long(lab: Lab, first: int, tally: Tally) -> None:
    for seed in range(_first_seed(lab) + first, _first_seed(lab) + first + _AT_ONCE):
        tally.add(packets=check_world(lab, seed, _PACKETS))


@pytest.mark.kernel
def test_a_disagreement_would_be_noticed(lab: Lab) -> None:
    """Rules of another world than the judge's: the comparison must not pass."""
    manifests = [_pod(name) for name in PODS[:2]]
    packet = Packet(ADDRESSES[PODS[0]][0], ADDRESSES[PODS[1]][0], TCP, 40000, 80)
    assert disagreements(lab, manifests, [packet]) == []
    lab.node.run(("nft", "insert", "rule", "ip", "percale", "ok", "drop"))
    assert judge(world_from(manifests).placed(ADDRESSES), packet).allowed
    assert [wrong.packet for wrong in disagreements(lab, manifests, [packet], lambda *_: None)] == [packet]


def _pod(name: str) -> dict[str, object]:
    namespace, _, pod = name.partition("/")
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod, "namespace": namespace}}
