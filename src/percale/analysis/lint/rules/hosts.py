"""Policies on hosts: what locks them out, and what does nothing."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import WrittenPolicy
from percale.analysis.lint.findings import Members, Spot
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import OWN_SIDE, Action, Direction
from percale.policy.settings import FAILSAFE_INBOUND, FAILSAFE_OUTBOUND, FailsafePort
from percale.policy.world import EVERY_INTERFACE
from percale.resources.calico_policy import GlobalNetworkPolicy, GlobalPolicySpec
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.protocol import parse_protocol
from percale.resources.staged_policy import StagedGlobalNetworkPolicy
from percale.selector import parse
from percale.traffic.protocols import protocol_name


def _global(context: Context) -> Iterator[tuple[WrittenPolicy, GlobalPolicySpec]]:
    for one in context.policies:
        if isinstance(one.resource, GlobalNetworkPolicy | StagedGlobalNetworkPolicy):
            yield one, one.resource.spec


def _hosts(context: Context, one: WrittenPolicy) -> tuple[Endpoint, ...]:
    return tuple(context.inventory.hosts.members(context.inventory.hosts.matching(one.policy.subject)))


def host_endpoint_locked(context: Context) -> Iterator[Spot]:
    by_name = {one.name: one for one in context.world.host_endpoints}
    for item in context.of_kind(HostEndpoint):
        host = by_name[item.resource.metadata.name]
        if host.profiles:
            continue
        selecting = [one.policy for one in context.policies if one.policy.subject.matches(host.labels)]
        governed = {
            way for policy in selecting if not policy.staged and _is_normal(policy.hooks) for way in policy.governs
        }
        if ungoverned := [way for way in Direction if way not in governed]:
            yield Spot(
                item.document,
                ("spec",),
                f"without a profile, and without a policy for its {' and '.join(ungoverned)}, the host's own "
                f"{' and '.join(ungoverned)} is denied but for failsafe ports",
                "add `profiles: [projectcalico-default-allow]`, or a policy that allows what the host needs",
            )


def _is_normal(hooks: frozenset[Hook]) -> bool:
    return Hook.NORMAL in hooks


def failsafe_closed(context: Context) -> Iterator[Spot]:
    for document, felix in context.resources(FelixConfiguration):
        spec = felix.spec
        for name, ports, usual in (
            ("failsafeInboundHostPorts", spec.failsafe_inbound_host_ports, FAILSAFE_INBOUND),
            ("failsafeOutboundHostPorts", spec.failsafe_outbound_host_ports, FAILSAFE_OUTBOUND),
        ):
            if ports is None:
                continue
            left = {(parse_protocol(one.protocol or "TCP"), one.port) for one in ports}
            closed = [one for one in usual if (one.protocol, one.port) not in left]
            if closed:
                yield Spot(
                    document,
                    ("spec", name),
                    f"ports that are open by default are no failsafes any more: {', '.join(map(_port, closed))}",
                    "keep those that bring you to the host, its name server and its datastore",
                )


def _port(one: FailsafePort) -> str:
    return f"{protocol_name(one.protocol)} {one.port}"


def apply_on_forward_missing(context: Context) -> Iterator[Spot]:
    for one, spec in _global(context):
        hosts = _hosts(context, one)
        if hosts and not spec.apply_on_forward and _speaks_of_what_is_behind(context, one, hosts):
            yield one.spot(
                ("spec",),
                "the policy selects a host and speaks of networks behind it, and without `applyOnForward` it is never "
                "asked about what the host forwards",
                "add `applyOnForward: true`, after a look at what else the host forwards",
                Members("hosts selected", hosts),
            )


def _speaks_of_what_is_behind(context: Context, one: WrittenPolicy, hosts: tuple[Endpoint, ...]) -> bool:
    """Networks on an interface of the host's that are no uplink, or on its own side networks without its addresses."""
    nodes = [context.world.node(host.node) for host in hosts]
    inner = {at for node in nodes for at in node.addresses if at not in node.expected}
    own = {at for node in nodes for at in node.addresses} | {at for host in hosts for at in host.addresses}
    for direction, rule in one.rules():
        mine = rule.entity(OWN_SIDE[direction])
        if mine.nets and own and not any(at in net for net in mine.nets for at in own):
            return True
        if any(at in net for entity in (rule.source, rule.destination) for net in entity.nets for at in inner):
            return True
    return False


def do_not_track_one_way(context: Context) -> Iterator[Spot]:
    for one, spec in _global(context):
        if spec.do_not_track and bool(spec.ingress) != bool(spec.egress):
            given, missing = ("ingress", "egress") if spec.ingress else ("egress", "ingress")
            yield one.spot(
                ("spec", given),
                f"nothing is tracked, so that replies need rules of their own, and there is no {missing} rule",
                f"add the {missing} rules that mirror these, by source port",
            )


def do_not_track_everywhere(context: Context) -> Iterator[Spot]:
    for one, spec in _global(context):
        found = (
            [host for host in _hosts(context, one) if host.interface == EVERY_INTERFACE] if spec.do_not_track else []
        )
        if found:
            yield one.spot(
                ("spec", "doNotTrack"),
                "a doNotTrack policy is not asked on a host endpoint with interface `*`",
                "name the interface in a HostEndpoint of its own",
                Members("hosts selected", tuple(found)),
            )


def host_policy_without_host(context: Context) -> Iterator[Spot]:
    for one, spec in _global(context):
        mode = next((name for name, on in _modes(spec) if on), "")
        if mode and not _hosts(context, one):
            yield one.spot(
                ("spec", mode),
                f"`{mode}` is about hosts, and the policy selects no host endpoint"
                + ("" if mode == "applyOnForward" else ": it is never asked"),
                "select a HostEndpoint, or take the field away",
            )


def _modes(spec: GlobalPolicySpec) -> Iterator[tuple[str, bool]]:
    yield "preDNAT", spec.pre_dnat
    yield "doNotTrack", spec.do_not_track
    yield "applyOnForward", spec.apply_on_forward


def pre_dnat_denies_nothing(context: Context) -> Iterator[Spot]:
    """The end of a tier denies nothing there."""
    policies = [one for one, spec in _global(context) if spec.pre_dnat]
    denies = any(rule.action is Action.DENY for one in policies for rule in one.policy.ingress)
    for one in policies:
        if not denies:
            yield one.spot(
                ("spec", "ingress"),
                "before translation only a Deny rule denies, and no preDNAT policy has one: all others get through too",
                "end with `action: Deny`, or with a policy that denies after this one",
            )


def namespace_selector_drops_hosts(context: Context) -> Iterator[Spot]:
    for one, spec in _global(context):
        if not spec.namespace_selector or not spec.selector or not context.world.host_endpoints:
            continue
        meant = parse(spec.selector)
        lost = [host for host in context.world.host_endpoints if meant.matches(host.labels)]
        if lost and not any(one.policy.subject.matches(host.labels) for host in lost):
            yield one.spot(
                ("spec", "namespaceSelector"),
                "hosts are in no namespace: they fit the selector, and the namespaceSelector leaves them out",
                "take the namespaceSelector away, or write a policy of its own for the hosts",
                Members("left out", tuple(lost)),
            )
