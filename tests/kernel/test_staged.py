"""Staged policies change nothing, and the kernel counts what they would do as the judge says."""

import json
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from agreement import disagreements, packets_for, world_from
from percale.dataplane import naming
from percale.dataplane.nftables.backend import remove
from percale.lab.scenario import in_lab
from percale.lab.topology import Lab
from percale.policy.conntrack import opens_a_flow
from percale.policy.reasons import Decision, EndOfTier, HostPath, NoProfile, RuleRef
from percale.policy.selection import Staged, tiers_in_force
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from random_worlds import Generator, Manifest

pytestmark = pytest.mark.kernel

_WORLDS = 12
_PACKETS = 80

_STAGED_KIND = {
    ("networking.k8s.io/v1", "NetworkPolicy"): "StagedKubernetesNetworkPolicy",
    ("projectcalico.org/v3", "NetworkPolicy"): "StagedNetworkPolicy",
    ("projectcalico.org/v3", "GlobalNetworkPolicy"): "StagedGlobalNetworkPolicy",
}


@pytest.mark.parametrize("seed", range(4_000_000, 4_000_000 + _WORLDS))
def test_staged_policies_are_counted_and_change_nothing(lab: Lab, seed: int) -> None:
    generator = Generator(Random(seed))
    manifests = [_perhaps_staged(generator, manifest) for manifest in generator.world()]
    sent = packets_for(generator, lab, _PACKETS)
    # Counters outlive what is loaded after them.
    remove(lab.node.run)
    assert disagreements(lab, manifests, sent) == []
    world = in_lab(world_from(manifests), lab)
    assert _counted(lab) == +_foreseen(world, sent)


def _perhaps_staged(generator: Generator, manifest: Manifest) -> Manifest:
    kind = _STAGED_KIND.get((manifest["apiVersion"], manifest["kind"]))
    if kind is None or generator.one_in(2):
        return manifest
    return {**manifest, "apiVersion": "projectcalico.org/v3", "kind": kind}


def _counted(lab: Lab) -> Counter[str]:
    """Packets by what the counter says of itself."""
    found: Counter[str] = Counter()
    for family in ("ip", "ip6"):
        listing = json.loads(lab.node.run(("nft", "--json", "list", "counters", "table", family, naming.TABLE)))
        for item in listing["nftables"]:
            counter = item.get("counter")
            if counter and counter["name"].startswith("s-") and counter["packets"]:
                found[counter["comment"]] += counter["packets"]
    return found


def _foreseen(world: World, sent: list[Packet]) -> Counter[str]:
    found: Counter[str] = Counter()
    for packet in sent:
        if opens_a_flow(packet):
            pending = judge(world, packet, staged=Staged.AS_IF_ENFORCED)
            for decision in (pending.egress, pending.ingress):
                if decision and _is_counted(world, decision):
                    found.update(_marks(decision))
    return found


def _is_counted(world: World, decision: Decision) -> bool:
    if isinstance(decision.because, HostPath):
        return False
    tiers = tiers_in_force(world.policies, decision.endpoint, decision.direction, staged=Staged.AS_IF_ENFORCED)
    return any(policy.staged for tier in tiers for policy in tier.policies)


def _marks(decision: Decision) -> Iterator[str]:
    for step in decision.passed:
        if isinstance(step, RuleRef) and step.policy:
            yield naming.comment(f"{decision.direction} {step.rule.action} {step.policy.id} {step.rule.path}")
    match decision.because:
        case RuleRef(policy=None, rule=rule):
            says = f"profile {rule.path}".rstrip()
        case RuleRef(policy=policy, rule=rule) if policy:
            says = f"{policy.id} {rule.path}"
        case EndOfTier(tier=tier, policies=policies):
            says = f"end of tier {tier.name}: {', '.join(str(policy.id) for policy in policies)}"
        case NoProfile():
            says = "no profile allows"
        case other:
            raise AssertionError(other)
    yield naming.comment(f"{decision.direction} {decision.action} {says}")
