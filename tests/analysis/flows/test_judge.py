"""Many flows at once held against the judge of one packet: every verdict, and every reason."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt
import pytest

from builders import OUTSIDE, kubernetes_policy, pod, world
from percale.analysis.flows.columns import AddressColumn, Coded, Flows
from percale.analysis.flows.judge import FlowJudge
from percale.analysis.flows.rulings import Ruling
from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.reasons import Decision, EndOfTier, NoProfile, RuleRef
from percale.policy.rules import Action
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict, judge
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, TCP
from symbolic_worlds import Packets, Worlds

_WORLDS_IN_A_BATCH = 15
_PACKETS_OF_A_VERSION = 100


@pytest.mark.parametrize("batch", range(4))
def test_every_flow_is_ruled_on_as_the_judge_rules(batch: int) -> None:
    _check_batch(batch)


@pytest.mark.long
@pytest.mark.parametrize("batch", range(4, 70))
def test_flows_of_a_thousand_worlds_are_ruled_on_as_the_judge_rules(batch: int) -> None:
    _check_batch(batch)


def _check_batch(batch: int) -> None:
    for seed in range(batch * _WORLDS_IN_A_BATCH, (batch + 1) * _WORLDS_IN_A_BATCH):
        here = Worlds(Random(seed)).one()
        staged = Staged.AS_IF_ENFORCED if seed % 2 else Staged.LEFT_OUT
        for version in (4, 6):
            engine = Engine.of(here, version, Scope(staged=staged))
            packets = Packets(engine, Random(seed))
            sent = [one for one in packets.at_random(_PACKETS_OF_A_VERSION) if not one.destination_name]
            sent += packets.at_edges()
            _check(FlowJudge(engine), sent, [judge(here, one, staged=staged) for one in sent], bare=bool(seed % 3))


def _check(flow_judge: FlowJudge, packets: Sequence[Packet], verdicts: Sequence[Verdict], *, bare: bool) -> None:
    flows = _flows(packets, bare=bare and packets[0].version == 4)
    ruled, rulings = flow_judge.ruled(flows), flow_judge.rulings
    assert flow_judge.allowed(flows).tolist() == ruled.allowed.tolist()
    for number, (packet, verdict) in enumerate(zip(packets, verdicts, strict=True)):
        assert ruled.allowed[number] == verdict.allowed, packet
        assert _says(rulings[ruled.egress[number]], verdict.egress), packet
        assert _says(rulings[ruled.ingress[number]], verdict.ingress), packet


def _says(ruling: Ruling, decision: Decision | None) -> bool:
    if decision is None or ruling.action is not decision.action:
        return decision is None and ruling.because is None and ruling.allows
    match decision.because, ruling.because:
        case RuleRef(policy=None) as rule, RuleRef(policy=None) as found:
            return rule.rule == found.rule
        case RuleRef() as rule, RuleRef() as found:
            return (rule.policy, rule.tier) == (found.policy, found.tier) and rule.rule is found.rule
        case EndOfTier() as end, found:
            return end == found
        case reason, found:
            return type(reason) is type(found)


def _flows(packets: Sequence[Packet], *, bare: bool) -> Flows:
    return Flows(
        _column([one.source for one in packets], bare=bare),
        _column([one.destination for one in packets], bare=bare),
        np.array([one.protocol for one in packets], np.uint8),
        np.array([one.destination_port for one in packets], np.uint16),
        np.array([one.source_port for one in packets], np.uint16),
        np.array([one.icmp_type for one in packets], np.uint8),
        np.array([one.icmp_code for one in packets], np.uint8),
    )


def _column(addresses: Sequence[Address], *, bare: bool) -> AddressColumn:
    if bare:
        return np.array([int(one) for one in addresses], np.uint32)
    distinct = list(dict.fromkeys(addresses))
    return Coded(np.array([distinct.index(one) for one in addresses], np.int32), distinct)


# One small world.

_WEB, _DB = address("10.0.0.1"), address("10.0.0.2")


def _small() -> FlowJudge:
    web = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 5432}]}
    here = world(
        pod("a/web", {"app": "web"}, at=[str(_WEB)]),
        pod("a/db", {"app": "db"}, at=[str(_DB)]),
        kubernetes_policy("a/db", podSelector={"matchLabels": {"app": "db"}}, ingress=[web]),
    )
    return FlowJudge(Engine.of(here, 4))


def _one(source: Address, destination: Address, protocol: int = TCP, port: int = 80) -> Flows:
    return Flows(_at(source), _at(destination), np.array([protocol], np.uint8), np.array([port], np.uint16))


def _at(end: Address, count: int = 1) -> npt.NDArray[np.uint32]:
    return np.full(count, int(end), np.uint32)


def test_a_flow_between_two_that_are_no_workloads_is_let_through_and_asked_of_nobody() -> None:
    flow_judge, outside = _small(), address(OUTSIDE)
    ruled = flow_judge.ruled(_one(outside, outside))
    assert ruled.allowed.all()
    assert (flow_judge.rulings[ruled.egress[0]].because, flow_judge.rulings[ruled.ingress[0]].because) == (None, None)


def test_the_ruling_of_a_denied_flow_has_the_policies_that_isolate() -> None:
    flow_judge = _small()
    ruled = flow_judge.ruled(_one(_WEB, _DB))
    because = flow_judge.rulings[ruled.ingress[0]].because
    assert not ruled.allowed[0]
    assert isinstance(because, EndOfTier)
    assert [one.id.name for one in because.policies] == ["db"]


def test_icmp_without_types_is_an_echo_request() -> None:
    flow_judge, ping = _small(), _one(_DB, _WEB, ICMP, 0)
    assert flow_judge.allowed(ping).all()
    assert not flow_judge.allowed(replace(ping, icmp_types=np.array([0], np.uint8))).any()


def test_flows_beyond_one_chunk_are_all_ruled_on() -> None:
    flow_judge, count = _small(), 200_000
    ports = np.arange(count).astype(np.uint16)
    flows = Flows(_at(_WEB, count), _at(_DB, count), np.full(count, TCP, np.uint8), ports)
    assert flow_judge.allowed(flows).tolist() == (ports == 5432).tolist()
    assert flow_judge.ruled(flows).allowed.tolist() == (ports == 5432).tolist()


def test_columns_must_be_equally_long() -> None:
    with pytest.raises(ValueError, match="equally long"):
        Flows(np.zeros(2, np.uint32), np.zeros(1, np.uint32), np.zeros(2, np.uint8), np.zeros(2, np.uint16))


def test_bare_numbers_are_no_ipv6_addresses() -> None:
    with pytest.raises(ValueError, match="IPv4"):
        FlowJudge(Engine.of(world(pod("a/web")), 6)).allowed(_one(_WEB, _DB))


def test_a_ruling_lets_through_or_does_not() -> None:
    assert Ruling(Action.ALLOW, None).allows
    assert not Ruling(Action.DENY, NoProfile()).allows
