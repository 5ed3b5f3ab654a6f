"""The walk that explains a decision: it must lead where the judge went, over the same steps."""

from random import Random

import pytest

from agreement import world_from
from builders import OUTSIDE, Manifest, allow, deny, pod, policy, staged, tcp, tier, world
from percale.analysis.explanation import BEFORE_POLICY, Aside, Left, Walk, explained, walk, workload_walk
from percale.policy.deciding import Question
from percale.policy.host_path import Crossing, host_questions
from percale.policy.policies import Hook
from percale.policy.reasons import HostRefused
from percale.policy.rules import Action, Direction
from percale.policy.selection import Staged
from percale.policy.verdict import judge
from percale.traffic.addresses import address
from random_hosts import HostGenerator
from random_worlds import ELSEWHERE, Generator


def _agrees(one: Walk) -> None:
    decision = one.decision
    if decision is None:
        assert one.end is None
    elif isinstance(decision.because, BEFORE_POLICY):
        assert not one.tiers
        assert not one.profiles
    else:
        assert one.passed == decision.passed
        expected = (decision.action, decision.because)
        if isinstance(decision.because, HostRefused):
            assert one.end is not None
            assert one.end[0] is Action.ALLOW
        else:
            assert one.end == expected


@pytest.mark.parametrize("counted", Staged)
@pytest.mark.parametrize("seed", range(60))
def test_the_walk_ends_where_the_judge_does(seed: int, counted: Staged) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world())
    for _ in range(60):
        packet = generator.packet(ELSEWHERE)
        walks = explained(here, packet, None, None, staged=counted)
        for one in walks:
            _agrees(one)
        assert tuple(one.decision for one in walks) == judge(here, packet, staged=counted).decisions


@pytest.mark.parametrize("seed", range(60))
def test_the_walk_ends_where_the_judge_does_at_every_hook_of_a_host(seed: int) -> None:
    generator = HostGenerator(Random(seed))
    here = world_from(generator.host_world())
    own = address("192.0.2.1"), address("2001:db8::1")
    for _ in range(60):
        _, packet = generator.host_packet(own)
        ways = [(None, "uplink"), ("uplink", None), ("uplink", "docker0"), ("br-app", "uplink")]
        crossing = Crossing("node", *generator.random.choice(ways))
        walks = [walk(*found) for found in host_questions(here, crossing, packet, Staged.LEFT_OUT)]
        for one in walks:
            _agrees(one)
        decisions = tuple(one.decision for one in walks if one.decision)
        assert decisions == judge(here, packet, crossing=crossing).host


def test_hosts_are_asked_at_each_hook() -> None:
    seen = set()
    for seed in range(40):
        generator = HostGenerator(Random(seed))
        here = world_from(generator.host_world())
        _, packet = generator.host_packet((address("192.0.2.1"), address("2001:db8::1")))
        found = host_questions(here, Crossing("node", "uplink", "docker0"), packet, Staged.LEFT_OUT)
        seen |= {asked.hook for asked, _ in found}
    assert seen == {Hook.UNTRACKED, Hook.PRE_DNAT, Hook.FORWARD}


WEB = pod("shop/web", {"app": "web"})


def _ingress(*manifests: Manifest, port: int = 80) -> Walk:
    here = world(WEB, *manifests)
    (found,) = explained(here, tcp(here, OUTSIDE, "shop/web", port), None, None)
    return found


def test_what_stands_after_the_decision_is_not_asked() -> None:
    found = _ingress(
        tier("first", order=1),
        policy("first.early", tier="first", order=1, ingress=[{"action": "Log"}, {"action": "Pass"}, deny()]),
        policy("a", order=1, ingress=[allow(protocol="TCP", destination={"ports": [81]}), allow(), deny()]),
        policy("b", order=2, ingress=[deny()]),
        tier("last", order=2_000_000),
        policy("last.late", tier="last", ingress=[deny()]),
    )
    assert [(one.tier.name, one.left) for one in found.tiers] == [
        ("first", Left.PASSED),
        ("default", Left.DECIDED),
        ("last", Left.NOT_ASKED),
    ]
    asked = {
        tried.policy.id.name: (len(tried.rules), tried.left, tried.asked)
        for one in found.tiers
        for tried in one.policies
    }
    assert asked == {"first.early": (2, 1, True), "a": (2, 1, True), "b": (0, 1, False), "last.late": (0, 1, False)}
    assert not found.profiles


def test_a_policy_that_is_not_asked_has_its_reason() -> None:
    found = _ingress(
        policy("egress-only", types=["Egress"]),
        policy("others", selector="app == 'db'", ingress=[]),
        policy("forwarded", applyOnForward=True, preDNAT=True, types=["Ingress"]),
        staged("trial", ingress=[]),
    )
    (default,) = found.tiers
    assert default.left is Left.NOT_IN_FORCE
    assert {policy.id.name: why for policy, why in default.aside} == {
        "egress-only": Aside.OTHER_DIRECTION,
        "others": Aside.SELECTS_OTHERS,
        "forwarded": Aside.OTHER_HOOK,
        "trial": Aside.STAGED,
    }
    assert [one.name for one in found.profiles] == ["kns.shop"]


def test_without_a_workload_nothing_is_walked() -> None:
    here = world(WEB)
    sent = tcp(here, OUTSIDE, "198.51.100.7")
    assert explained(here, sent, None, None) == ()
    one = workload_walk(Question(here, here.workloads[0], Direction.INGRESS, sent))
    assert one.end is not None
