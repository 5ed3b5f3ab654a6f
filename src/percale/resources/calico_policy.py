"""Calico's policies and the tiers they live in: calico-semantics §1.3-§1.6."""

import msgspec

from percale.resources.rule import Rule
from percale.resources.wire import Resource, Wire


class PolicySpec(Wire, frozen=True, kw_only=True):
    """What namespaced and global policies share."""

    tier: str = ""
    order: float | None = None
    selector: str = ""
    service_account_selector: str = ""
    types: tuple[str, ...] = ()
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    performance_hints: tuple[str, ...] = ()


class GlobalPolicySpec(PolicySpec, frozen=True, kw_only=True):
    namespace_selector: str = ""
    apply_on_forward: bool = False
    pre_dnat: bool = msgspec.field(default=False, name="preDNAT")
    do_not_track: bool = False


class NetworkPolicy(Resource, frozen=True, kw_only=True):
    spec: PolicySpec = PolicySpec()


class GlobalNetworkPolicy(Resource, frozen=True, kw_only=True):
    spec: GlobalPolicySpec = GlobalPolicySpec()


class TierSpec(Wire, frozen=True):
    order: float | None = None
    default_action: str = "Deny"


class Tier(Resource, frozen=True, kw_only=True):
    spec: TierSpec = TierSpec()
