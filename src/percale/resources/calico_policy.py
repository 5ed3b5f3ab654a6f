"""Calico's policies and the tiers they live in.

Source: Calico's api/pkg/apis/projectcalico/v3/networkpolicy.go.
"""

import msgspec

from percale.resources.rule import Rule
from percale.resources.wire import Resource, Wire


class PolicySpec(Wire, frozen=True, kw_only=True):
    """What namespaced and global policies share."""

    #: The tier that the policy stands in. One that does not exist comes last and denies. Default: `default`.
    tier: str = ""
    #: Where in its tier the policy stands: lower is asked first, and without an order last; fractions and negative
    #: numbers count. Equal ones go by name.
    order: float | None = None
    #: Which endpoints the policy is for, by their labels. Empty is every endpoint within reach: of the namespace, or of
    #: the cluster.
    selector: str = ""
    #: Narrows it to endpoints whose service account has labels that fit. Empty is no restriction.
    service_account_selector: str = ""
    #: The directions that the policy governs, with or without rules there. Default: `Ingress` unless there are egress
    #: rules only; `Egress` if there are any.
    types: tuple[str, ...] = ()
    #: Rules for what arrives at the endpoints, in order; the first that decides wins.
    ingress: tuple[Rule, ...] = ()
    #: Rules for what the endpoints send, in order; the first that decides wins.
    egress: tuple[Rule, ...] = ()
    #: Advice to Felix on when to compute the policy; no effect on its meaning.
    performance_hints: tuple[str, ...] = ()


class GlobalPolicySpec(PolicySpec, frozen=True, kw_only=True):
    #: Narrows it to endpoints in namespaces whose labels fit. Host endpoints have no namespace and so stay only where
    #: it is true without labels. Empty is no restriction.
    namespace_selector: str = ""
    #: On host endpoints, police traffic that passes through the host as well. The next two need it.
    apply_on_forward: bool = False
    #: On host endpoints, police what arrives before its destination is translated: node ports and published ports as
    #: clients see them. Ingress only.
    pre_dnat: bool = msgspec.field(default=False, name="preDNAT")
    #: On host endpoints, police before connection tracking: replies need rules of their own, and nothing on `*` is
    #: policed.
    do_not_track: bool = False


class NetworkPolicy(Resource, frozen=True, kw_only=True):
    #: Whom the policy governs, and its rules.
    spec: PolicySpec = PolicySpec()


class GlobalNetworkPolicy(Resource, frozen=True, kw_only=True):
    #: Whom the policy governs, and its rules.
    spec: GlobalPolicySpec = GlobalPolicySpec()


class TierSpec(Wire, frozen=True):
    #: Where the tier stands: lower is asked first; equal ones go by name. Default: 1000000.
    order: float | None = None
    #: What becomes of traffic that the tier's policies govern and none of their rules decides: `Deny` drops it, `Pass`
    #: goes on with the next tier.
    default_action: str = "Deny"


class Tier(Resource, frozen=True, kw_only=True):
    #: Where the tier stands and how it ends.
    spec: TierSpec = TierSpec()
