"""Every mutant's fate held against a proof from scratch, and its packet against the judge."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from agreement import world_from
from builders import kubernetes_policy, network_set, pod, policy, tier
from builders import world as world_of_manifests
from expectation_worlds import Expectation, expected
from percale.analysis.expectations.mutation.mutants import mutants_of
from percale.analysis.expectations.mutation.rule_edits import Edit
from percale.analysis.expectations.mutation.trial import Fate, Trial, Trials
from percale.analysis.expectations.proving import Outcome, Prover, Setting
from percale.analysis.parties import private
from percale.policy.selection import Staged
from percale.policy.verdict import judge
from percale.policy.world import World
from random_worlds import ELSEWHERE, Generator

_PACKETS = 150


def _trials(world: World, *expectations: Expectation) -> tuple[Prover, list[Trial]]:
    """Of those expectations that hold."""
    setting = Setting(world, private())
    asked = expected(*expectations)
    holding = [one.expected for one in Prover(setting, asked).results() if one.holds]
    prover = Prover(setting, holding)
    return prover, list(Trials(prover).run())


def _drawn(generator: Generator) -> list[Expectation]:
    ends = [{"selector": generator.selector(1)} for _ in range(6)]
    ports = [["80/tcp"], ["53/udp", "icmp"], []]
    kinds = ("allow", "deny", "onlyFrom", "onlyTo")
    pairs = [{kind: {"from": one, "to": other, "ports": generator.random.choice(ports)}}
             for kind in kinds for one, other in pairwise(ends)]  # fmt: skip
    return [*pairs, *({"isolated": {"workloads": one, "directions": ["ingress"]}} for one in ends)]


@pytest.mark.parametrize("seed", range(6))
def test_fates_are_what_a_proof_from_scratch_says(seed: int) -> None:
    generator = Generator(Random(seed))
    world = world_from(generator.world())
    prover, trials = _trials(world, *_drawn(generator))
    packets = [generator.packet(ELSEWHERE) for _ in range(_PACKETS)]
    for trial in trials:
        mutated = replace(world, policies=trial.mutant.policies)
        scratch = Prover(replace(prover.setting, world=mutated), prover.expected).results()
        failing = tuple(n for n, result in enumerate(scratch) if result.outcome is Outcome.FAILS)
        changes = any(judge(world, one).allowed is not judge(mutated, one).allowed for one in packets)
        if trial.fate is Fate.EQUIVALENT:
            assert not changes, f"{trial.mutant.edit} {trial.mutant.path}"
        else:
            assert trial.noticed_by == failing, f"{trial.mutant.edit} {trial.mutant.path}"
    assert {trial.fate for trial in trials} & {Fate.KILLED, Fate.SURVIVED}


@pytest.mark.parametrize("seed", range(10, 16))
def test_a_survivors_packet_has_the_other_verdict_since_the_edit(seed: int) -> None:
    world = world_from(Generator(Random(seed)).world())
    _, trials = _trials(world, {"allow": {"from": "any", "to": "any", "ports": ["proto/200"]}})
    for trial in trials:
        if trial.fate is Fate.SURVIVED:
            assert trial.witness
            before = replace(trial.witness.world, policies=world.policies)
            after = replace(trial.witness.world, policies=trial.mutant.policies)
            assert judge(after, trial.witness.packet).allowed is trial.passes
            assert judge(before, trial.witness.packet).allowed is not trial.passes
    assert any(trial.fate is Fate.SURVIVED for trial in trials)


#: Something of everything that can be edited.
RICH = (
    tier("early", order=10, defaultAction="Pass"),
    pod("shop/web", {"app": "web"}),
    pod("shop/db", {"app": "db"}),
    network_set("feed", "198.51.100.0/24", feed="bad"),
    policy(
        "early.deny",
        tier="early",
        order=1,
        selector="all()",
        types=["Ingress"],
        ingress=[{"action": "Log"}, {"action": "Deny", "source": {"selector": "feed == 'bad'"}}, {"action": "Pass"}],
    ),
    policy(
        "shop/db",
        order=10,
        selector="app in {'db', 'cache'} && !has(legacy)",
        types=["Ingress", "Egress"],
        ingress=[
            {
                "action": "Allow",
                "protocol": "TCP",
                "source": {"selector": "app == 'web'", "notSelector": "has(legacy)"},
                "destination": {"ports": [5432, "8000:8010"]},
            },
            {"action": "Deny", "source": {"nets": ["10.1.0.0/16", "10.2.0.0/16"], "notNets": ["10.1.2.0/24"]}},
        ],
    ),
    kubernetes_policy(
        "shop/web",
        podSelector={"matchLabels": {"app": "web"}},
        ingress=[
            {
                "from": [
                    {"podSelector": {"matchLabels": {"app": "db"}}},
                    {"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.7/32"]}},
                ],
                "ports": [{"port": 80}],
            }
        ],
    ),
)


def test_every_kind_of_edit_is_tried_and_none_leaves_things_as_they_were() -> None:
    world = world_of_manifests(*RICH)
    mutants = list(mutants_of(world, Staged.LEFT_OUT))
    tried = Counter(mutant.edit for mutant in mutants)
    assert set(tried) == set(Edit)
    assert (tried[Edit.DROP_POLICY], tried[Edit.TIER_ACTION], tried[Edit.POLICY_ORDER]) == (3, 1, 1)
    assert all(mutant.policies != world.policies for mutant in mutants)
    said = {(str(mutant.policy.id), mutant.path, mutant.edit, mutant.says) for mutant in mutants if mutant.policy}
    assert said >= {
        ("NetworkPolicy shop/db", "ingress[0]", Edit.WIDEN_PORTS, "by port 8011"),
        ("NetworkPolicy shop/db", "ingress[0]", Edit.NARROW_PORTS, "by 5432"),
        ("NetworkPolicy shop/db", "ingress[0]", Edit.NARROW_PORTS, "by port 8010"),
        ("NetworkPolicy shop/db", "ingress[0]", Edit.ACTION, "Allow to Deny"),
        ("NetworkPolicy shop/db", "ingress[1]", Edit.DROP_EXCEPT, "10.1.2.0/24"),
        ("NetworkPolicy shop/db", "", Edit.DROP_DIRECTION, "egress"),
        ("GlobalNetworkPolicy early.deny", "ingress[2]", Edit.RULE_ORDER, "before ingress[1]"),
        ("KubernetesNetworkPolicy shop/web", "ingress[0].from[1]", Edit.DROP_EXCEPT, "192.0.2.7/32"),
        ("KubernetesNetworkPolicy shop/web", "ingress[0].from[0]", Edit.DROP_PEER, ""),
    }


def test_what_nobody_can_write_otherwise_is_not_edited() -> None:
    world = world_of_manifests(*RICH)
    of_kubernetes = [
        mutant
        for mutant in mutants_of(world, Staged.LEFT_OUT)
        if mutant.policy and mutant.policy.id.kind == "KubernetesNetworkPolicy"
    ]
    assert not {Edit.ACTION, Edit.RULE_ORDER, Edit.POLICY_ORDER} & {mutant.edit for mutant in of_kubernetes}
    assert not any("orchestrator" in mutant.says or "projectcalico.org" in mutant.says for mutant in of_kubernetes)


def test_an_edit_that_only_hosts_could_feel_is_told_apart() -> None:
    host = {
        "apiVersion": "projectcalico.org/v3",
        "kind": "HostEndpoint",
        "metadata": {"name": "eth0", "labels": {"role": "node"}},
        "spec": {"node": "n1", "interfaceName": "eth0", "expectedIPs": ["192.0.2.1"]},
    }
    of_host = policy("node", selector="role == 'node'", ingress=[{"action": "Allow", "protocol": "TCP"}])
    _, trials = _trials(world_of_manifests(pod("shop/web"), host, of_host), {"allow": {"from": "web", "to": "outside"}})
    assert {trial.fate for trial in trials if trial.mutant.edit is Edit.DROP_RULE} == {Fate.OF_HOSTS}
