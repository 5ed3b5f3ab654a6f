"""Every rule there is. An id is never given to another rule, and a new rule takes the next one."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Severity, Spot
from percale.analysis.lint.rule import Asks, LintRule
from percale.analysis.lint.rules import denying, dns, forms, selecting

_ERROR, _WARNING, _NOTE = Severity
_ENDPOINTS = Asks.ENDPOINTS


def _found_by_the_run(_: Context) -> Iterator[Spot]:
    """Suppressions can be judged only when everything else has been found."""
    return iter(())


SUPPRESSION_WITHOUT_REASON = LintRule(
    "PCL024", "suppression-without-reason", _WARNING, "A suppression says no reason", _found_by_the_run
)
SUPPRESSION_UNUSED = LintRule("PCL025", "suppression-unused", _WARNING, "A suppression of nothing", _found_by_the_run)
UNKNOWN_RULE = LintRule("PCL026", "unknown-rule", _WARNING, "A suppression names no rule", _found_by_the_run)

RULES = (
    LintRule(
        "PCL001",
        "policy-selects-nothing",
        _WARNING,
        "A policy selects no endpoint",
        selecting.policy_selects_nothing,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL002",
        "peer-matches-nothing",
        _WARNING,
        "A rule's selector matches no endpoint and no network set",
        selecting.peer_matches_nothing,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL003",
        "pod-field-as-label",
        _ERROR,
        "A selector takes a pod's field for a label",
        selecting.pod_field_as_label,
    ),
    LintRule(
        "PCL004",
        "namespace-by-name-label",
        _WARNING,
        "A namespace is selected by a label `name` that none has",
        selecting.namespace_by_name_label,
    ),
    LintRule(
        "PCL005",
        "domains-need-enterprise",
        _ERROR,
        "Domain names, which open-source Calico does not know",
        forms.domains_need_enterprise,
    ),
    LintRule("PCL006", "dns-without-tcp", _WARNING, "DNS is allowed over UDP alone", dns.dns_without_tcp),
    LintRule(
        "PCL007",
        "egress-without-dns",
        _WARNING,
        "Workloads may send but not look up names",
        dns.egress_without_dns,
        _ENDPOINTS,
    ),
    LintRule("PCL008", "storage-version", _WARNING, "A manifest in the form that Calico stores", forms.storage_version),
    LintRule(
        "PCL009", "namespace-missing", _WARNING, "A namespaced policy without a namespace", forms.namespace_missing
    ),
    LintRule("PCL010", "log-only-denies", _WARNING, "A policy that only logs, and so denies", denying.log_only),
    LintRule("PCL011", "empty-denies", _WARNING, "An empty Calico policy denies all ingress", denying.empty_denies),
    LintRule(
        "PCL012",
        "selects-everything",
        _WARNING,
        "An allow list for a few networks that selects everything",
        denying.selects_everything,
    ),
    LintRule("PCL013", "allows-everything", _WARNING, "A policy that allows everything", denying.allows_everything),
    LintRule(
        "PCL014",
        "wider-than-siblings",
        _WARNING,
        "A rule allows everyone beside rules that name peers",
        denying.wider_than_siblings,
    ),
    LintRule(
        "PCL015",
        "selects-host-networked",
        _WARNING,
        "A policy selects only pods on the host's network",
        selecting.selects_host_networked,
        _ENDPOINTS,
    ),
    LintRule("PCL016", "superseded-kind", _WARNING, "A kind that Calico no longer reads", forms.superseded_kind),
    LintRule("PCL017", "tcp-only-ports", _WARNING, "A port entry that means all of TCP", forms.tcp_only_ports),
    LintRule("PCL018", "policy-types-omitted", _NOTE, "Egress rules without policyTypes", forms.policy_types_omitted),
    LintRule(
        "PCL019", "rules-without-type", _ERROR, "Rules of a direction that types leave out", forms.rules_without_type
    ),
    LintRule("PCL020", "http-is-ignored", _WARNING, "A rule with an HTTP match allows all HTTP", forms.http_is_ignored),
    LintRule(
        "PCL021",
        "icmp-name-is-one-version",
        _NOTE,
        "ICMP by name is one IP version alone",
        forms.icmp_name_is_one_version,
    ),
    LintRule(
        "PCL022",
        "service-without-namespace",
        _WARNING,
        "A service without namespace, which Calico never matches",
        forms.service_without_namespace,
    ),
    LintRule(
        "PCL023",
        "not-selector-excludes-outside",
        _WARNING,
        "A notSelector that leaves out the outside world",
        forms.not_selector_excludes_outside,
    ),
    SUPPRESSION_WITHOUT_REASON,
    SUPPRESSION_UNUSED,
    UNKNOWN_RULE,
)
