"""Staged policies change nothing, and the kernel counts what they would do as the judge says."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from agreement import disagreements, packets_for, world_from
from host_ways import Sent, receivers, way
from host_ways import packets_for as packets_on_ways
from kernel_support import address_of
from nflog import listening
from percale.dataplane import naming
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.log_prefix import StagedLog
from percale.dataplane.nftables.backend import remove
from percale.dataplane.nftables.text import ruleset_text
from percale.lab.layout import NODE, OUTSIDE, Attachment
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab, node_settings
from percale.lab.topology import Lab
from percale.policy.conntrack import opens_a_flow
from percale.policy.host_path import is_untracked
from percale.policy.policies import Hook
from percale.policy.reasons import Decision, EndOfTier, Failsafe, HostPath, NoProfile, NotOpening, RuleRef
from percale.policy.selection import Staged, tiers_in_force
from percale.policy.settings import ToHost
from percale.policy.verdict import Verdict, judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_hosts import HostGenerator
from random_worlds import ELSEWHERE, PODS, Generator, Manifest
from tally import Tally

pytestmark = pytest.mark.kernel

_WORLDS = 12
_HOST_WORLDS = 30
_LONG_HOST_WORLDS = 120
_AT_ONCE = 10
#: One hook's answer decides whether another is asked: few policies seldom have an endpoint at two of them.
_MORE_POLICIES = range(5, 11)
_PACKETS = 80

_GROUP = 91
_IPV4_OUTSIDE = next(one for one in ELSEWHERE if one.version == 4)
_STAGED = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "StagedGlobalNetworkPolicy",
    "metadata": {"name": "trial"},
}
_GUARDED: list[Manifest] = [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "green", "name": "pod1"}},
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "HostEndpoint",
        "metadata": {"name": "uplink", "labels": {"role": "host"}},
        "spec": {"node": NODE, "interfaceName": "uplink", "profiles": ["projectcalico-default-allow"]},
    },
]

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


@pytest.mark.parametrize("first", range(0, _HOST_WORLDS, _AT_ONCE))
def test_staged_policies_of_hosts_are_counted_and_change_nothing(host_lab: Lab, first: int, tally: Tally) -> None:
    for number in range(first, first + _AT_ONCE):
        tally.add(packets=_check_host(host_lab, number))


@pytest.mark.long
@pytest.mark.parametrize("first", range(_HOST_WORLDS, _LONG_HOST_WORLDS, _AT_ONCE))
def test_staged_policies_of_hosts_are_counted_and_change_nothing_for_long(
    host_lab: Lab, first: int, tally: Tally
) -> None:
    for number in range(first, first + _AT_ONCE):
        tally.add(packets=_check_host(host_lab, number))


def _check_host(lab: Lab, number: int) -> int:
    seed = number + (5_000_000 if lab.attachment is Attachment.ROUTED else 6_000_000)
    generator = HostGenerator(Random(seed))
    written = [*generator.host_world(), *(generator.host_policy(number) for number in _MORE_POLICIES)]
    manifests = [_perhaps_staged(generator, manifest) for manifest in written]
    enforced = [one for one in manifests if not one["kind"].startswith("Staged")]
    world = in_lab(world_from(manifests), lab)
    sent = packets_on_ways(lab, generator, world, _PACKETS)
    assert _arrived(lab, world, sent) == _arrived(lab, in_lab(world_from(enforced), lab), sent), seed
    # Counters outlive what is loaded after them.
    remove(lab.node.run)
    assert _arrived(lab, world, sent) == {index for index, one in enumerate(sent) if _allowed(lab, world, *one)}, seed
    verdicts = {says: number for says, number in _counted(lab).items() if says.split()[1] in ("Allow", "Deny")}
    assert verdicts == +_foreseen_on_ways(lab, world, sent), seed
    return len(sent)


def _arrived(lab: Lab, world: World, sent: list[Sent]) -> frozenset[int]:
    enforce(world, lab)
    return send_all(lab, sent, translated=receivers(lab, sent))


def _allowed(lab: Lab, world: World, sender: str, packet: Packet) -> bool:
    final, crossed = way(lab, sender, packet)
    return judge(world, final, crossing=crossed).allowed


def _foreseen_on_ways(lab: Lab, world: World, sent: list[Sent]) -> Counter[str]:
    # What the host refuses comes after what a pod's policy says, and is no policy.
    open_host = replace(world, settings=replace(world.settings, to_host=ToHost.ACCEPT))
    found: Counter[str] = Counter()
    for one in sent:
        final, crossed = way(lab, *one)
        pending = judge(open_host, final, crossing=crossed, staged=Staged.AS_IF_ENFORCED)
        goes_on = _reaches_routing(judge(world, final, crossing=crossed))
        for decision in pending.decisions:
            if (goes_on or decision.hook is Hook.UNTRACKED) and _is_counted(world, decision):
                found[list(_marks(decision))[-1]] += 1
    return found


def _reaches_routing(verdict: Verdict) -> bool:
    """Past what drops before it, doNotTrack policy and connection tracking."""
    early = [one for one in verdict.host if one.hook is Hook.UNTRACKED]
    if not all(one.allows for one in early):
        return False
    return opens_a_flow(verdict.packet) or any(map(is_untracked, early))


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
    if isinstance(decision.because, (HostPath, Failsafe, NotOpening)):
        return False
    tiers = tiers_in_force(
        world.policies, decision.endpoint, decision.direction, hook=decision.hook, staged=Staged.AS_IF_ENFORCED
    )
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


#: Who it is about, the policy, and the packet that it decides; `None` stands for the node.
_LOGGED: list[tuple[str, Manifest, str, str]] = [
    ("of a workload", {"selector": "all()", "ingress": [{"action": "Allow"}]}, PODS[1], "Allow"),
    ("of a workload, at the end of the tier", {"selector": "all()"}, PODS[1], "Deny"),
    ("of a host", {"selector": "role == 'host'", "ingress": [{"action": "Deny"}]}, NODE, "Deny"),
    (
        "of a host, before connection tracking",
        {
            "selector": "role == 'host'",
            "applyOnForward": True,
            "doNotTrack": True,
            "ingress": [{"action": "Allow"}, {"action": "Log"}],
        },
        NODE,
        "Allow",
    ),
]


@pytest.mark.parametrize(("spec", "receiver", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in _LOGGED])
def test_what_staged_policies_would_do_is_logged(host_lab: Lab, spec: Manifest, receiver: str, verdict: str) -> None:
    packet = Packet(_IPV4_OUTSIDE, address_of(host_lab, receiver, 4), TCP, 40000, 8080)
    for log, expected in ((StagedLog(_GROUP), 1), (None, 0)):
        remove(host_lab.node.run)
        enforce(in_lab(world_from([*_GUARDED, {**_STAGED, "spec": spec}]), host_lab), host_lab, staged_log=log)
        with listening(host_lab.node, _GROUP) as listener:
            assert send_all(host_lab, [(OUTSIDE, packet)])
            prefixes = list(listener.prefixes())
        ((says, packets),) = _counted(host_lab).items()
        assert (len(prefixes), packets) == (expected, 1)
        assert says.startswith(f"ingress {verdict} ")
        assert all(re.fullmatch(rf"staged-{verdict}\|s-[0-9a-f]{{16}}: ", prefix) for prefix in prefixes)


def test_a_log_rule_logs_nothing_on_trial(host_lab: Lab) -> None:
    """What is enforced logs once, also where a staged policy has it asked a second time."""
    spec = {"selector": "all()", "ingress": [{"action": "Log"}, {"action": "Allow"}]}
    world = in_lab(world_from([*_GUARDED, {**_STAGED, "spec": spec}]), host_lab)
    ruleset, _ = compile_ruleset(world, world.workloads, node_settings(host_lab))
    assert "log prefix" not in ruleset_text(ruleset)
