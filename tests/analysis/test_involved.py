"""What is left away of a world has no say about the packet."""

from random import Random

import pytest

from agreement import world_from
from builders import pod, policy, world
from percale.analysis.involved import involved
from percale.analysis.witness import placed_at
from percale.policy.reasons import Decision
from percale.policy.verdict import Verdict, judge
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_worlds import ELSEWHERE, Generator

_BATCH = 10
_PACKETS = 60


def _said(verdict: Verdict) -> list[tuple[object, ...]]:
    return [_decided(one) for one in verdict.decisions]


def _decided(one: Decision) -> tuple[object, ...]:
    return str(one.endpoint), one.direction, one.action, one.because, one.passed


@pytest.mark.parametrize("batch", range(8))
def test_the_judge_says_the_same_for_the_same_reasons(batch: int) -> None:
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        generator = Generator(Random(seed))
        whole = world_from(generator.world())
        for _ in range(_PACKETS):
            packet = generator.packet(ELSEWHERE)
            ends = [(whole.workload_at(one), one) for one in (packet.source, packet.destination)]
            assert _said(judge(involved(whole, *ends), packet)) == _said(judge(whole, packet)), f"seed {seed}: {packet}"


def test_workloads_without_an_address_are_where_the_packet_has_them() -> None:
    whole = world(pod("a/web", at=[]), pod("a/db", at=[]), policy("a/p", ingress=[{"action": "Allow"}]))
    web, db = whole.workloads
    ends = (web, address("10.65.0.2")), (db, address("10.65.0.3"))
    packet = Packet(ends[0][1], ends[1][1], TCP, 40_000, 5432)
    there = involved(whole, *ends)
    assert _said(judge(there, packet)) == _said(judge(placed_at(whole, *ends), packet))
    assert len(_said(judge(there, packet))) == 2


def test_who_is_elsewhere_is_left_away() -> None:
    whole = world(
        pod("a/web", at=["10.65.0.2"]), pod("b/db", at=["10.65.0.3"]), policy("a/p"), policy("b/p"), policy("global")
    )
    there = involved(whole, (whole.workloads[0], address("10.65.0.2")), (None, address("192.0.2.7")))
    assert [str(one) for one in there.workloads] == ["a/web"]
    assert [str(one.id) for one in there.policies.policies] == ["GlobalNetworkPolicy global", "NetworkPolicy a/p"]
