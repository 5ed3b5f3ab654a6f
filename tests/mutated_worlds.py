"""A random world and a copy with a few edits, as a change to review would have."""

import copy
from random import Random

from random_hosts import HostGenerator
from random_worlds import Generator, Manifest

_POLICIES = (
    "NetworkPolicy",
    "GlobalNetworkPolicy",
    "ClusterNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
)


def mutated(manifests: list[Manifest], seed: int, *, policies_only: bool = False) -> list[Manifest]:
    """With one to three edits, which may come to nothing."""
    random = Random(seed)
    found = copy.deepcopy(manifests)
    for number in range(random.randint(1, 3)):
        found = _edited(found, Generator(random), number, policies_only=policies_only)
    return found


def _edited(manifests: list[Manifest], generator: Generator, number: int, *, policies_only: bool) -> list[Manifest]:
    policies = [one for one in manifests if one["kind"] in _POLICIES]
    tiers = ["default", *(one["metadata"]["name"] for one in manifests if one["kind"] == "Tier")]
    edit = generator.random.randrange(4 if policies_only else 8)
    if edit == 0 and policies:
        return [one for one in manifests if one is not generator.random.choice(policies)]
    if edit == 1:
        return [*manifests, generator._policy(100 + number, tiers)]
    if edit in (2, 3) and policies:
        _respecify(generator.random.choice(policies), generator, tiers)
        return manifests
    return manifests if policies_only else _otherwise(manifests, generator, edit)


def _respecify(policy: Manifest, generator: Generator, tiers: list[str]) -> None:
    """The spec of another policy of the kind, or the same in another order."""
    for _ in range(50):
        other = generator._policy(0, tiers)
        if (other["kind"], other["apiVersion"]) == (policy["kind"], policy["apiVersion"]):
            policy["spec"] = other["spec"]
            return
    for direction in ("ingress", "egress"):
        policy["spec"].get(direction, []).reverse()


def _otherwise(manifests: list[Manifest], generator: Generator, edit: int) -> list[Manifest]:
    """Of what policies are about: labels, workloads, sets, tiers."""
    chosen = generator.random.choice(
        [one for one in manifests if one["kind"] in _KINDS[edit % len(_KINDS)]] or manifests
    )
    if chosen["kind"] == "Pod" and generator.one_in(3):
        return [one for one in manifests if one is not chosen]
    if chosen["kind"] == "Tier":
        chosen["spec"]["defaultAction"] = generator.random.choice(("Pass", "Deny"))
    elif chosen["kind"] in ("NetworkSet", "GlobalNetworkSet"):
        chosen["spec"]["nets"] = ["10.65.1.0/29", "2001:db8::/32"]
    elif chosen["kind"] in ("Pod", "Namespace"):
        chosen["metadata"]["labels"] = generator.labels()
    return manifests


_KINDS = (("Pod",), ("Namespace",), ("NetworkSet", "GlobalNetworkSet"), ("Tier",))


def mutated_hosts(manifests: list[Manifest], seed: int) -> list[Manifest]:
    """With one to three edits of what is said about hosts, of anything else, or of both."""
    generator = HostGenerator(Random(seed))
    found = copy.deepcopy(manifests)
    if generator.one_in(3):
        found = mutated(found, seed)
    for number in range(generator.random.randint(1, 2)):
        found = _host_edited(found, generator, number)
    return found


def _host_edited(manifests: list[Manifest], generator: HostGenerator, number: int) -> list[Manifest]:
    policies = [one for one in manifests if one["metadata"]["name"].startswith("host-policy")]
    chosen = generator.random.choice([one for one in manifests if one["kind"] == "HostEndpoint"] or manifests)
    edit = generator.random.randrange(7)
    if edit == 0:
        return [*manifests, generator.host_policy(100 + number)]
    if edit in (1, 2, 3) and policies:
        generator.random.choice(policies)["spec"] = generator.host_policy(0)["spec"]
    elif edit == 4 and policies:
        return [one for one in manifests if one is not generator.random.choice(policies)]
    elif edit == 5 and chosen["kind"] == "HostEndpoint":
        return [one for one in manifests if one is not chosen]
    elif edit == 6 and chosen["kind"] == "HostEndpoint":
        chosen["metadata"]["labels"] = generator.labels()
    return manifests
