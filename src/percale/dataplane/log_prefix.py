"""What a line in a log begins with: of a Log rule that has matched, of a staged policy.

Source: Calico's felix/rules/policy.go.
"""

from dataclasses import dataclass

from percale.dataplane.programs import Mark

_SHORT = {
    "NetworkPolicy": "np",
    "GlobalNetworkPolicy": "gnp",
    "StagedNetworkPolicy": "snp",
    "StagedGlobalNetworkPolicy": "sgnp",
    "StagedKubernetesNetworkPolicy": "sknp",
    "KubernetesNetworkPolicy": "knp",
    "ClusterNetworkPolicy": "kcnp",
}

#: nft's limit on a prefix, its terminator included.
_LONGEST = 126


@dataclass(frozen=True, slots=True)
class StagedLog:
    """Where it is told what staged policies would do: an NFLOG group, or the kernel's log where there is none."""

    group: int | None = None


def log_prefix(template: str, mark: Mark) -> str:
    """`%t` tier, `%k` kind, `%n` name, `%p` namespace and name; any other `%` stays as it is."""
    text = template
    if mark.policy:
        named = mark.policy.id
        place = f"{named.namespace}/{named.name}" if named.namespace else named.name
        parts = {"%t": mark.policy.tier, "%k": _SHORT.get(named.kind, "pro"), "%n": named.name, "%p": place}
        for mention, value in parts.items():
            text = text.replace(mention, value)
    return f"{text}: "[:_LONGEST]


def staged_prefix(mark: Mark) -> str:
    """`staged-Deny|s-0123456789abcdef: `, by the name of the counter, whose comment says the rest."""
    return f"staged-{mark.action}|{mark.name}: "
