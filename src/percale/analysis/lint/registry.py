"""Every rule there is. An id is never given to another rule, and a new rule takes the next one."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Severity, Spot
from percale.analysis.lint.rule import Asks, LintRule
from percale.analysis.lint.rules import (
    coverage,
    covered,
    deciding,
    denying,
    dns,
    forms,
    hosts,
    manners,
    nets,
    ports,
    selecting,
    sets,
    sides,
)

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
    LintRule(
        "PCL027",
        "shadowed-rule",
        _WARNING,
        "A rule that never decides, and would decide otherwise",
        deciding.shadowed,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL028",
        "redundant-rule",
        _NOTE,
        "A rule without which no verdict would change",
        deciding.redundant_rule,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL029",
        "redundant-policy",
        _NOTE,
        "A policy without which no verdict would change",
        deciding.redundant_policy,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL030",
        "order-tie",
        _WARNING,
        "Policies of one order decide differently about the same packets",
        deciding.order_tie,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL031",
        "egress-never-let-in",
        _WARNING,
        "An egress rule for what no ingress side accepts",
        sides.egress_never_let_in,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL032",
        "ingress-never-let-out",
        _WARNING,
        "An ingress rule for what no egress side sends",
        sides.ingress_never_let_out,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL033",
        "covered-rule",
        _WARNING,
        "A rule that another of its policy covers in every cluster",
        covered.covered_rule,
    ),
    LintRule(
        "PCL034", "contradictory-selector", _ERROR, "A selector that can match nothing", covered.contradictory_selector
    ),
    LintRule(
        "PCL035",
        "service-without-endpoints",
        _WARNING,
        "A rule for a Service that nothing is behind",
        ports.service_without_endpoints,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL036",
        "named-port-undeclared",
        _WARNING,
        "A port by a name that no endpoint declares",
        ports.named_port_undeclared,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL037",
        "named-port-differs",
        _NOTE,
        "A port's name that stands for several numbers",
        ports.named_port_differs,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL038",
        "service-port-for-target",
        _WARNING,
        "A Service's port where policy sees the pods'",
        ports.service_port_for_target,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL039",
        "backend-of-the-node",
        _WARNING,
        "A Service that leads to the node itself",
        ports.backend_of_the_node_itself,
    ),
    LintRule(
        "PCL040",
        "network-set-without-labels",
        _WARNING,
        "A network set that no rule can refer to",
        sets.network_set_without_labels,
    ),
    LintRule(
        "PCL041",
        "network-set-unreferenced",
        _WARNING,
        "A network set that no rule selects",
        sets.network_set_unreferenced,
    ),
    LintRule("PCL042", "network-set-empty", _NOTE, "A network set with nothing in it", sets.network_set_empty),
    LintRule("PCL043", "tier-missing", _WARNING, "A policy in a tier that does not exist", sets.tier_missing),
    LintRule("PCL044", "tier-unused", _NOTE, "A tier without policies", sets.tier_unused),
    LintRule(
        "PCL045",
        "tier-staged-only",
        _NOTE,
        "A tier that will deny as soon as a policy of it is enforced",
        sets.tier_staged_only,
    ),
    LintRule("PCL046", "pass-in-last-tier", _WARNING, "A Pass that allows", sets.pass_in_last_tier),
    LintRule("PCL047", "pass-in-profile", _WARNING, "A Pass in a profile", sets.pass_in_profile),
    LintRule(
        "PCL048",
        "host-endpoint-locked",
        _WARNING,
        "A host endpoint that denies all but failsafe ports",
        hosts.host_endpoint_locked,
    ),
    LintRule("PCL049", "failsafe-closed", _WARNING, "Failsafe ports taken away", hosts.failsafe_closed),
    LintRule(
        "PCL050",
        "apply-on-forward-missing",
        _WARNING,
        "A policy on a host that misses what the host forwards",
        hosts.apply_on_forward_missing,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL051",
        "do-not-track-one-way",
        _ERROR,
        "A doNotTrack policy without rules for the replies",
        hosts.do_not_track_one_way,
    ),
    LintRule(
        "PCL052",
        "do-not-track-everywhere",
        _WARNING,
        "A doNotTrack policy on interface `*`",
        hosts.do_not_track_everywhere,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL053",
        "host-policy-without-host",
        _WARNING,
        "A policy for hosts that selects none",
        hosts.host_policy_without_host,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL054", "pre-dnat-denies-nothing", _WARNING, "preDNAT policies without a Deny", hosts.pre_dnat_denies_nothing
    ),
    LintRule(
        "PCL055",
        "namespace-selector-drops-hosts",
        _WARNING,
        "A namespaceSelector that loses the hosts",
        hosts.namespace_selector_drops_hosts,
        _ENDPOINTS,
    ),
    LintRule("PCL056", "net-over-pods", _NOTE, "A network that holds pods", nets.net_over_pods),
    LintRule("PCL057", "single-address", _WARNING, "Single addresses of pods or containers", nets.single_address),
    LintRule("PCL058", "deny-leaves-ipv6-open", _WARNING, "A Deny for IPv4 alone", nets.deny_leaves_ipv6_open),
    LintRule(
        "PCL059", "cluster-ip-in-rule", _WARNING, "A cluster IP, which policy never sees", nets.cluster_ip_in_rule
    ),
    LintRule(
        "PCL060",
        "workload-without-policy",
        _WARNING,
        "An open workload among isolated ones",
        coverage.workload_without_policy,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL061",
        "namespace-without-default-deny",
        _NOTE,
        "A namespace where what is new is open",
        coverage.namespace_without_default_deny,
        _ENDPOINTS,
    ),
    LintRule(
        "PCL062",
        "every-namespace-as-peer",
        _WARNING,
        "A peer that is every pod of the cluster",
        coverage.every_namespace_as_peer,
    ),
    LintRule("PCL063", "rbac-joined-names", _ERROR, "Several names in one string of a role", manners.rbac_joined_names),
    LintRule(
        "PCL064",
        "rbac-other-account",
        _WARNING,
        "A binding of another account than was made",
        manners.rbac_other_account,
    ),
    LintRule("PCL065", "reserved-name", _WARNING, "A policy named as Calico names its own", manners.reserved_name),
    LintRule("PCL066", "felix-for-no-node", _WARNING, "A FelixConfiguration for no node", manners.felix_for_no_node),
    LintRule(
        "PCL067",
        "intent-missing",
        _NOTE,
        "A policy that does not say what it is for",
        manners.intent_missing,
        by_default=False,
    ),
    LintRule(
        "PCL068",
        "labels-missing",
        _NOTE,
        "A workload without the labels that policies select by",
        manners.labels_missing,
        by_default=False,
    ),
)
