"""What can be told from one document, without asking what a cluster holds."""

from collections.abc import Iterator

from percale.analysis.lint import raw
from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Spot
from percale.policy.rules import Direction
from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, PolicySpec
from percale.resources.documents import Document
from percale.resources.kinds import CALICO, CALICO_STORAGE, is_namespaced
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy, KubernetesPolicySpec, Port
from percale.resources.places import Path
from percale.resources.rule import Rule
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)

_POLICIES = ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy")


def domains_need_enterprise(context: Context) -> Iterator[Spot]:
    """Of documents as they were written: beside `domains`, other fields are often at the wrong place as well."""
    says = "open-source Calico knows no `{}`: a server that prunes unknown fields stores an Allow to anywhere"
    remedy = "use Calico Enterprise or `percale agent`, or write the addresses in `nets`"
    for document in raw.of_kind(context, *_POLICIES):
        for path, rule in raw.rules(document):
            if raw.mapping(rule.get("destination")).get("domains"):
                yield Spot(document, (*path, "destination", "domains"), says.format("domains"), remedy)
    for document in raw.of_kind(context, "NetworkSet", "GlobalNetworkSet"):
        if raw.mapping(document.data.get("spec")).get("allowedEgressDomains"):
            path = ("spec", "allowedEgressDomains")
            field = "open-source Calico knows no `allowedEgressDomains`: the set holds its `nets` alone"
            yield Spot(document, path, field, remedy)


def storage_version(context: Context) -> Iterator[Spot]:
    for document in context.documents:
        if document.data.get("apiVersion") == CALICO_STORAGE:
            yield Spot(
                document,
                ("apiVersion",),
                f"`{CALICO_STORAGE}` is Calico's storage form: a server takes it without validation or defaults",
                f"write `{CALICO}`",
            )


def namespace_missing(context: Context) -> Iterator[Spot]:
    """Of policies and network sets, whose meaning depends on it."""
    for item in context.manifests.items:
        resource = item.resource
        governs = resource.kind.endswith("NetworkPolicy") or resource.kind == "NetworkSet"
        if governs and is_namespaced(resource) and not resource.metadata.namespace:
            yield Spot(
                item.document,
                ("metadata",),
                "no namespace is given, so that it holds in `default` or wherever kubectl happens to point",
                "write `metadata.namespace`",
            )


def superseded_kind(context: Context) -> Iterator[Spot]:
    for item in context.of_kind(AdminNetworkPolicy, BaselineAdminNetworkPolicy):
        yield Spot(
            item.document,
            ("kind",),
            f"{item.resource.kind} is ignored by Calico 3.32 and later",
            "write a ClusterNetworkPolicy of `policy.networking.k8s.io/v1alpha2`",
        )


CalicoPolicy = NetworkPolicy | GlobalNetworkPolicy | StagedNetworkPolicy | StagedGlobalNetworkPolicy
KubernetesPolicy = KubernetesNetworkPolicy | StagedKubernetesNetworkPolicy


def calico_specs(context: Context) -> Iterator[tuple[Document, PolicySpec]]:
    for one in context.policies:
        if isinstance(one.resource, CalicoPolicy):
            yield one.document, one.resource.spec


def kubernetes_specs(context: Context) -> Iterator[tuple[Document, KubernetesPolicySpec]]:
    for one in context.policies:
        if isinstance(one.resource, KubernetesPolicy):
            yield one.document, one.resource.spec


def calico_rules(context: Context) -> Iterator[tuple[Document, Path, Direction, Rule]]:
    for document, spec in calico_specs(context):
        for direction, rules in ((Direction.INGRESS, spec.ingress), (Direction.EGRESS, spec.egress)):
            for index, rule in enumerate(rules):
                yield document, ("spec", direction.value, index), direction, rule


def tcp_only_ports(context: Context) -> Iterator[Spot]:
    for document, spec in kubernetes_specs(context):
        for path, port in _ports(spec):
            if port.port is None and "protocol" not in raw.mapping(raw.at(document, path)):
                yield Spot(
                    document,
                    path,
                    "a port without number or protocol means every TCP port, and neither UDP nor SCTP",
                    "leave out `ports` for all traffic, or write `protocol: TCP`",
                )


def _ports(spec: KubernetesPolicySpec) -> Iterator[tuple[Path, Port]]:
    written = {"ingress": [one.ports for one in spec.ingress], "egress": [one.ports for one in spec.egress]}
    for name, rules in written.items():
        for index, ports in enumerate(rules):
            yield from ((("spec", name, index, "ports", number), port) for number, port in enumerate(ports))


def policy_types_omitted(context: Context) -> Iterator[Spot]:
    for document, spec in kubernetes_specs(context):
        if spec.egress and not spec.policy_types:
            yield Spot(
                document,
                ("spec",),
                "without `policyTypes` it is the API server that adds Egress: whoever reads the manifest itself "
                "may take the egress rules for nothing",
                "write the types that are meant; left out, they are Ingress and Egress both",
            )


def rules_without_type(context: Context) -> Iterator[Spot]:
    for one in context.policies:
        for direction in Direction:
            if one.policy.rules(direction) and direction not in one.policy.governs:
                name = direction.value.capitalize()
                yield one.spot(
                    ("spec", direction.value),
                    f"the policy has {direction} rules and its types leave out {name}: they are never asked",
                    f"add {name} to the types, or take the rules away",
                )


def http_is_ignored(context: Context) -> Iterator[Spot]:
    for document, path, _, rule in calico_rules(context):
        if rule.http:
            yield Spot(
                document,
                (*path, "http"),
                "packets are not looked into: the rule allows every HTTP request that its other fields match",
                "leave methods and paths to a proxy, and do not rely on this rule for them",
            )


def icmp_name_is_one_version(context: Context) -> Iterator[Spot]:
    if 6 not in context.versions:
        return
    for document, path, _, rule in calico_rules(context):
        if rule.protocol in ("ICMP", "ICMPv6"):
            version, other = (4, "ICMPv6") if rule.protocol == "ICMP" else (6, "ICMP")
            yield Spot(
                document,
                (*path, "protocol"),
                f"`{rule.protocol}` by name is IPv{version} alone",
                f"add a rule for `{other}`, unless one version is meant",
            )


def service_without_namespace(context: Context) -> Iterator[Spot]:
    for document, path, _, rule in calico_rules(context):
        for side, entity in (("source", rule.source), ("destination", rule.destination)):
            if entity.services and entity.services.name and not entity.services.namespace:
                yield Spot(
                    document,
                    (*path, side, "services"),
                    "Calico documents the policy's own namespace here, and matches nothing at all",
                    "write `namespace` beside `name`",
                )


def not_selector_excludes_outside(context: Context) -> Iterator[Spot]:
    for document, path, _, rule in calico_rules(context):
        if document.data.get("kind") not in ("NetworkPolicy", "StagedNetworkPolicy"):
            continue
        for side, entity in (("source", rule.source), ("destination", rule.destination)):
            narrowed = entity.selector or entity.namespace_selector or entity.service_accounts
            if entity.not_selector and not narrowed:
                yield Spot(
                    document,
                    (*path, side, "notSelector"),
                    "in a namespaced policy a notSelector alone matches only what is in the policy's namespace: "
                    "neither other namespaces nor the outside",
                    'add `namespaceSelector: "all()"` for other namespaces; use a GlobalNetworkPolicy for the outside',
                )
