"""Calico's policies, rewritten as its own syncer does before anything is matched.

Source: Calico's libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go.
"""

import math
from collections.abc import Callable

from percale.policy import labels
from percale.policy.policies import DEFAULT_TIER, DEFAULT_TIER_ORDER, Hook, Policy, PolicyId, Profile, Tier
from percale.policy.rules import Action, Direction, Entity, IcmpMatch, Ports, Rule, ServiceRef
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, PolicySpec
from percale.resources.calico_policy import Tier as TierResource
from percale.resources.ports import NamedPort, NumericPorts, parse_port
from percale.resources.problems import Place
from percale.resources.profile import Profile as ProfileResource
from percale.resources.protocol import parse_protocol
from percale.resources.rule import EntityRule, IcmpFields, ServiceAccountMatch, ServiceMatch
from percale.resources.rule import Rule as RuleResource
from percale.resources.staged_policy import StagedGlobalNetworkPolicy, StagedNetworkPolicy
from percale.resources.wire import IntOrString
from percale.selector import (
    Equals,
    Has,
    In,
    Not,
    Selector,
    conjunction,
    parse,
    rekeyed,
    with_all_as,
    with_global_as,
)
from percale.traffic.addresses import strict_network
from percale.traffic.intervals import Intervals

AnyPolicy = NetworkPolicy | GlobalNetworkPolicy | StagedNetworkPolicy | StagedGlobalNetworkPolicy

HAS_NAMESPACE = Has(labels.NAMESPACE)
HAS_SERVICE_ACCOUNT = Has(labels.SERVICE_ACCOUNT)

#: Names, not numbers, narrow a rule to one IP version.
_VERSION_OF_NAME: dict[IntOrString | None, int] = {"ICMP": 4, "ICMPv6": 6}


def tier_from(resource: TierResource) -> Tier:
    order = DEFAULT_TIER_ORDER if resource.spec.order is None else resource.spec.order
    return Tier(resource.metadata.name, order, passes=resource.spec.default_action == "Pass")


def policy_from(resource: AnyPolicy, place: Place | None = None) -> Policy:
    spec = resource.spec
    namespace = resource.metadata.namespace if isinstance(resource, NetworkPolicy | StagedNetworkPolicy) else ""
    return Policy(
        id=PolicyId(resource.kind, namespace, resource.metadata.name),
        subject=_subject(resource),
        governs=_governed(spec),
        ingress=_rules(spec.ingress, Direction.INGRESS, namespace),
        egress=_rules(spec.egress, Direction.EGRESS, namespace),
        tier=spec.tier or DEFAULT_TIER,
        order=math.inf if spec.order is None else spec.order,
        place=place,
        hooks=_hooks(resource),
        staged=isinstance(resource, StagedNetworkPolicy | StagedGlobalNetworkPolicy),
    )


def _hooks(resource: AnyPolicy) -> frozenset[Hook]:
    if not isinstance(resource, GlobalNetworkPolicy | StagedGlobalNetworkPolicy):
        return frozenset({Hook.NORMAL})
    if resource.spec.do_not_track:
        return frozenset({Hook.UNTRACKED})
    if resource.spec.pre_dnat:
        return frozenset({Hook.PRE_DNAT})
    return frozenset({Hook.NORMAL, Hook.FORWARD} if resource.spec.apply_on_forward else {Hook.NORMAL})


def profile_from(resource: ProfileResource) -> Profile:
    return Profile(
        resource.metadata.name,
        _rules(resource.spec.ingress, Direction.INGRESS, ""),
        _rules(resource.spec.egress, Direction.EGRESS, ""),
    )


def _governed(spec: PolicySpec) -> frozenset[Direction]:
    if spec.types:
        return frozenset(Direction(name.lower()) for name in spec.types)
    if not spec.egress:
        return frozenset({Direction.INGRESS})
    return frozenset(Direction) if spec.ingress else frozenset({Direction.EGRESS})


def _subject(resource: AnyPolicy) -> Selector:
    if isinstance(resource, NetworkPolicy | StagedNetworkPolicy):
        return _namespaced_subject(resource)
    return _global_subject(resource)


def _namespaced_subject(resource: NetworkPolicy | StagedNetworkPolicy) -> Selector:
    spec = resource.spec
    return conjunction(
        parse(spec.selector),
        Equals(labels.NAMESPACE, resource.metadata.namespace),
        _over_service_account(spec.service_account_selector),
    )


def _global_subject(resource: GlobalNetworkPolicy | StagedGlobalNetworkPolicy) -> Selector:
    """An `all()` anywhere in the text so far means "in a namespace" as soon as namespaces are selected."""
    spec = resource.spec
    parts = [parse(spec.selector)] if spec.selector else []
    if spec.namespace_selector:
        parts.append(_over_namespace(spec.namespace_selector))
        parts = [with_all_as(part, HAS_NAMESPACE) for part in parts]
    if spec.service_account_selector:
        parts.append(_over_service_account(spec.service_account_selector))
        parts = [with_all_as(part, HAS_SERVICE_ACCOUNT) for part in parts]
    return conjunction(*parts)


def _over_namespace(text: str) -> Selector:
    return rekeyed(parse(text), labels.NAMESPACE_PREFIX)


def _over_service_account(text: str) -> Selector:
    return rekeyed(parse(text), labels.SERVICE_ACCOUNT_PREFIX)


def _rules(rules: tuple[RuleResource, ...], direction: Direction, namespace: str) -> tuple[Rule, ...]:
    return tuple(_rule(rule, f"{direction}[{index}]", namespace) for index, rule in enumerate(rules))


def _rule(rule: RuleResource, path: str, namespace: str) -> Rule:
    return Rule(
        action=Action(rule.action),
        path=path,
        source=_entity(rule.source, namespace),
        destination=_entity(rule.destination, namespace),
        protocol=_maybe(parse_protocol, rule.protocol),
        not_protocol=_maybe(parse_protocol, rule.not_protocol),
        ip_version=rule.ip_version or _VERSION_OF_NAME.get(rule.protocol),
        icmp=_icmp(rule.icmp),
        not_icmp=_icmp(rule.not_icmp),
        has_http=rule.http is not None,
    )


def _maybe(read: Callable[[IntOrString], int], value: IntOrString | None) -> int | None:
    return None if value is None else read(value)


def _icmp(fields: IcmpFields | None) -> IcmpMatch | None:
    return None if fields is None or fields.type is None else IcmpMatch(fields.type, fields.code)


def _entity(entity: EntityRule, namespace: str) -> Entity:
    return Entity(
        nets=tuple(strict_network(net) for net in entity.nets),
        not_nets=tuple(strict_network(net) for net in entity.not_nets),
        selector=_positive(entity, namespace),
        not_selector=parse(entity.not_selector) if entity.not_selector else None,
        ports=_ports(entity.ports),
        not_ports=_ports(entity.not_ports),
        service=_service(entity.services, namespace),
        domains=entity.domains,
    )


def _positive(entity: EntityRule, namespace: str) -> Selector | None:
    """An entity of nets and ports alone is not confined to the policy's namespace; one with labels is."""
    accounts = _accounts(entity.service_accounts)
    if not (entity.selector or entity.not_selector or entity.namespace_selector or accounts):
        return None
    parts = [*_namespaces(entity, namespace), *accounts]
    if entity.selector:
        parts.append(parse(entity.selector))
    return conjunction(*parts) if parts else None


def _namespaces(entity: EntityRule, namespace: str) -> list[Selector]:
    if entity.namespace_selector:
        selector = with_all_as(_over_namespace(entity.namespace_selector), HAS_NAMESPACE)
        return [with_global_as(selector, Not(HAS_NAMESPACE))]
    return [Equals(labels.NAMESPACE, namespace)] if namespace else []


def _accounts(match: ServiceAccountMatch | None) -> list[Selector]:
    parts: list[Selector] = []
    if match and match.names:
        # A name with both kinds of quotes can be written in no selector, and no service account has it.
        names = {name for name in match.names if not {'"', "'"} <= set(name)}
        parts.append(In(labels.SERVICE_ACCOUNT, tuple(sorted(names))))
    if match and match.selector:
        parts.append(_over_service_account(match.selector))
    return parts


def _ports(values: tuple[IntOrString, ...]) -> Ports:
    parsed = [parse_port(value) for value in values]
    numbers = Intervals.of((one.first, one.last) for one in parsed if isinstance(one, NumericPorts))
    return Ports(numbers, tuple(one.name for one in parsed if isinstance(one, NamedPort)))


def _service(match: ServiceMatch | None, namespace: str) -> ServiceRef | None:
    """An empty namespace means the policy's own, as the API documents it."""
    return None if match is None else ServiceRef(match.namespace or namespace, match.name)
