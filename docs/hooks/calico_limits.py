# ruff: noqa: INP001, SLF001  a script of the documentation's build, which reads what validation keeps to itself
"""What fields of Calico's policies, tiers, sets and profiles may hold."""

from collections.abc import Mapping

from limit_words import (
    ADDRESS,
    ANNOTATIONS,
    CIDR,
    LABELS,
    SELECTOR,
    SUBDOMAIN,
    any_of,
    between,
    most,
    one_of,
)

from percale.resources.protocol import LAST_PROTOCOL
from percale.resources.validation import calico_policies, entities, http_matches, rules, staged_policies
from percale.traffic.protocols import NUMBER_OF

_PROTOCOL = f"{one_of(tuple(NUMBER_OF))}, or {between(1, LAST_PROTOCOL)}"
_PORTS = f"{most(entities.MOST_PORTS)}; numbers need `protocol` TCP, UDP or SCTP"
_NETS = f"{most(entities.MOST_NETS)} CIDRs without host bits, each once"
_RULES = most(calico_policies.MOST_RULES)
_TYPES = any_of(calico_policies.TYPES)
_STAGED_ACTIONS = one_of(staged_policies.STAGED_ACTIONS)

LIMITS: Mapping[str, str] = {
    "ObjectMeta.labels": LABELS,
    "ObjectMeta.annotations": ANNOTATIONS,
    "ServiceAccountMatch.names": "each once",
    "ServiceAccountMatch.selector": SELECTOR,
    "ServiceMatch.name": f"{SUBDOMAIN}, required",
    "ServiceMatch.namespace": f"{SUBDOMAIN}; required in a policy without a namespace",
    "EntityRule.nets": _NETS,
    "EntityRule.not_nets": f"{_NETS}; not all addresses",
    "EntityRule.selector": f"{SELECTOR}; no `global()`",
    "EntityRule.not_selector": SELECTOR,
    "EntityRule.namespace_selector": f"{SELECTOR}; `global()` alone",
    "EntityRule.ports": _PORTS,
    "EntityRule.not_ports": _PORTS,
    "EntityRule.services": (
        "source of ingress or destination of egress; no selectors, `nets`, accounts or ports beside it"
    ),
    "EntityRule.domains": "host names, `*.` before one; destination of egress Allow rules only",
    "IcmpFields.type": between(0, 254),
    "IcmpFields.code": between(0, 255),
    "HttpPath.exact": f"{most(http_matches.LONGEST_PATH)} characters, from `/` on; excludes `prefix`",
    "HttpPath.prefix": f"{most(http_matches.LONGEST_PATH)} characters, from `/` on; excludes `exact`",
    "HttpMatch.methods": f"{most(http_matches.MOST_MATCHES)}, each once",
    "HttpMatch.paths": most(http_matches.MOST_MATCHES),
    "RuleMetadata.annotations": ANNOTATIONS,
    "Rule.action": one_of(rules.ACTIONS),
    "Rule.ip_version": "`4`, `6`; 4 with `ICMP`, 6 with `ICMPv6`",
    "Rule.protocol": _PROTOCOL,
    "Rule.not_protocol": _PROTOCOL,
    "Rule.icmp": f"`protocol` one of {one_of((*rules._ICMP, *rules._ICMPV6))}",
    "Rule.http": f"ingress Allow rules; `protocol` absent or one of {one_of(rules._TCP)}",
    "PolicySpec.tier": SUBDOMAIN,
    "PolicySpec.order": "finite",
    "PolicySpec.selector": f"{SELECTOR}; no `global()`",
    "PolicySpec.service_account_selector": f"{SELECTOR}; no `global()`",
    "PolicySpec.types": _TYPES,
    "PolicySpec.ingress": _RULES,
    "PolicySpec.egress": _RULES,
    "PolicySpec.performance_hints": any_of(calico_policies.PERFORMANCE_HINTS),
    "GlobalPolicySpec.namespace_selector": f"{SELECTOR}; no `global()`",
    "GlobalPolicySpec.apply_on_forward": "`true` beside `preDNAT` or `doNotTrack`",
    "GlobalPolicySpec.pre_dnat": "no egress rules or type, no `doNotTrack`",
    "GlobalPolicySpec.do_not_track": "no `preDNAT`",
    "StagedPolicySpec.staged_action": f"{_STAGED_ACTIONS}; with `Delete` only `tier` beside it",
    "StagedGlobalPolicySpec.staged_action": (f"{_STAGED_ACTIONS}; with `Delete` only `tier` beside it"),
    "StagedKubernetesPolicySpec.staged_action": (f"{_STAGED_ACTIONS}; with `Delete` nothing beside it"),
    "TierSpec.order": "finite",
    "TierSpec.default_action": "`Pass`, `Deny`",
    "NetworkSetSpec.nets": f"{CIDR} or {ADDRESS} each; host bits may be set",
    "NetworkSetSpec.allowed_egress_domains": "host names, `*.` before one",
    "ProfileSpec.ingress": _RULES,
    "ProfileSpec.egress": _RULES,
    "ProfileSpec.labels_to_apply": LABELS,
}
