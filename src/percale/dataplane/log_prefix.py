"""What a line in the kernel's log begins with when a Log rule has matched: calico-semantics §8.2."""

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
