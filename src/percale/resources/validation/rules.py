"""One rule of a Calico policy: libcalico-go/lib/validator/v3."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from percale.resources.faults import Fault, Path
from percale.resources.ports import InvalidPort, NamedPort, parse_port
from percale.resources.protocol import InvalidProtocol, parse_protocol
from percale.resources.rule import EntityRule, IcmpFields, Rule
from percale.resources.validation.entities import entity_findings
from percale.resources.validation.http_matches import http_findings
from percale.resources.validation.metadata import annotation_findings
from percale.resources.validation.networks import version_findings
from percale.resources.validation.schema import out_of_range, unsupported
from percale.resources.validation.services import service_place_findings
from percale.resources.wire import IntOrString
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS

ACTIONS = ("Allow", "Deny", "Log", "Pass")

#: The API server compares values, not meanings: `"1"` in quotes is neither of these to it.
_ICMP = ("ICMP", 1)
_ICMPV6 = ("ICMPv6", 58)
_TCP = ("TCP", 6)


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a rule stands, as far as that decides what may be in it."""

    path: Path
    direction: Literal["ingress", "egress"]
    namespaced: bool


def rule_findings(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    return chain.from_iterable(check(rule, place) for check in _CHECKS)


def _action(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    yield from unsupported(rule.action, ACTIONS, (*place.path, "action"))


def _protocols(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    for name, protocol in (("protocol", rule.protocol), ("notProtocol", rule.not_protocol)):
        if protocol is None:
            continue
        try:
            parse_protocol(protocol)
        except InvalidProtocol as invalid:
            yield Fault((*place.path, name), invalid.says, invalid.hint)


def _ip_version(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    if rule.ip_version is None:
        return
    if rule.ip_version not in (4, 6):
        yield from unsupported(str(rule.ip_version), ("4", "6"), (*place.path, "ipVersion"))
        return
    for name, protocol in (("protocol", rule.protocol), ("notProtocol", rule.not_protocol)):
        if protocol in _ICMP and rule.ip_version != 4:
            yield Fault((*place.path, name), "protocol ICMP requires ipVersion 4", "ICMP over IPv6 is `ICMPv6`")
        if protocol in _ICMPV6 and rule.ip_version != 6:
            yield Fault((*place.path, name), "protocol ICMPv6 requires ipVersion 6", "ICMP over IPv4 is `ICMP`")


def _icmp(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    known = rule.protocol is None or _is_protocol(rule.protocol)
    if rule.icmp is not None and known and rule.protocol not in _ICMP + _ICMPV6:
        hint = "add `protocol: ICMP`" if rule.protocol is None else ""
        says = "ICMP fields require protocol to be ICMP or ICMPv6"
        yield Fault((*place.path, "icmp"), says, hint, rests_on=((*place.path, "protocol"),))
    yield from _icmp_fields(rule.icmp, (*place.path, "icmp"))
    yield from _icmp_fields(rule.not_icmp, (*place.path, "notICMP"))


def _icmp_fields(fields: IcmpFields | None, path: Path) -> Iterator[Fault]:
    if fields is None:
        return
    if fields.type is not None:
        yield from out_of_range(fields.type, 0, 254, (*path, "type"))
    if fields.code is not None:
        yield from out_of_range(fields.code, 0, 255, (*path, "code"))
        if fields.type is None:
            says = "ICMP code specified without an ICMP type"
            yield Fault((*path, "code"), says, "add `type`", rests_on=((*path, "type"),))


def _entities(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    for side, entity in _sides(rule):
        yield from entity_findings(entity, (*place.path, side))
        yield from service_place_findings(
            side, entity, place.direction, (*place.path, side, "services"), namespaced=place.namespaced
        )
    yield from version_findings(rule, place.path)


def _ports(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    """Which lists of ports the rule's protocol forbids."""
    if rule.protocol is not None and not _is_protocol(rule.protocol):
        return
    if rule.protocol is not None and parse_protocol(rule.protocol) in PROTOCOLS_WITH_PORTS:
        return
    for side, entity in _sides(rule):
        for name, ports in (("ports", entity.ports), ("notPorts", entity.not_ports)):
            path = (*place.path, side, name)
            if ports and rule.protocol is not None:
                yield Fault(path, "rules that specify ports must set protocol to TCP or UDP or SCTP")
            elif any(_is_numeric(port) for port in ports):
                says = "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"
                hint = "add `protocol: TCP` beside `action`"
                yield Fault(path, says, hint, rests_on=((*place.path, "protocol"),))


def _http(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    if rule.http is None:
        return
    path = (*place.path, "http")
    yield from http_findings(rule.http, path)
    if place.direction == "egress":
        rules = "rule" if place.namespaced else "rules"
        yield Fault(path, f"http is not allowed in egress {rules}", "HTTP matches belong in ingress rules")
    if rule.protocol is not None and _is_protocol(rule.protocol) and rule.protocol not in _TCP:
        yield Fault(path, "rules with HTTP match must have protocol TCP or unset")
    if rule.action in ACTIONS and rule.action != "Allow":
        yield Fault(path, "HTTP match is only valid on Allow rules")


def _domains(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    for side, entity in _sides(rule):
        action = rule.action if rule.action in ACTIONS else "Allow"
        if entity.domains and (side, place.direction, action) != ("destination", "egress", "Allow"):
            says = (
                "domains can only be used in the destination of an egress Allow rule, "
                f"not in the {side} of an {place.direction} {action} rule"
            )
            yield Fault((*place.path, side, "domains"), says)


def _annotations(rule: Rule, place: RulePlace) -> Iterator[Fault]:
    if rule.metadata:
        yield from annotation_findings(rule.metadata.annotations, (*place.path, "metadata", "annotations"))


def _sides(rule: Rule) -> tuple[tuple[str, EntityRule], ...]:
    return ("source", rule.source), ("destination", rule.destination)


def _is_protocol(protocol: IntOrString) -> bool:
    try:
        parse_protocol(protocol)
    except InvalidProtocol:
        return False
    return True


def _is_numeric(port: IntOrString) -> bool:
    try:
        return not isinstance(parse_port(port), NamedPort)
    except InvalidPort:
        return False


_CHECKS: tuple[Callable[[Rule, RulePlace], Iterator[Fault]], ...] = (
    _action,
    _ip_version,
    _protocols,
    _icmp,
    _entities,
    _ports,
    _http,
    _domains,
    _annotations,
)
