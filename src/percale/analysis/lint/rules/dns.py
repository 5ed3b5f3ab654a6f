"""Names that cannot be looked up: the commonest thing that a default deny breaks."""

from collections.abc import Iterator
from dataclasses import replace

from percale.analysis.lint.context import DNS, Context
from percale.analysis.lint.deciding import isolating, lets_anything_out, members_of
from percale.analysis.lint.entities import WrittenPolicy, path_of
from percale.analysis.lint.findings import Members, Spot
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.rules import NO_PORTS, Action, Direction, Entity, Rule
from percale.selector import Selector
from percale.traffic.protocols import TCP, UDP

_PORT = 53
_REMEDY = "allow UDP 53 and TCP 53 to the cluster's DNS: pods labelled `k8s-app: kube-dns` in `kube-system`"


def dns_without_tcp(context: Context) -> Iterator[Spot]:
    """Policies for the same endpoints are taken together."""
    asked: dict[tuple[str, Selector], list[WrittenPolicy]] = {}
    for one in context.policies:
        if any(_names_dns(rule, UDP) for rule in one.policy.egress):
            asked.setdefault((one.policy.id.namespace, one.policy.subject), []).append(one)
    over_tcp: dict[tuple[str, Selector], list[Entity]] = {key: [] for key in asked}
    for one in context.policies if asked else ():
        if peers := [_peer(rule) for rule in one.policy.egress if _allows_dns(rule, TCP)]:
            over_tcp.get((one.policy.id.namespace, one.policy.subject), []).extend(peers)
    for key, policies in asked.items():
        for one in policies:
            seen: set[str] = set()
            for rule in one.policy.egress:
                if _names_dns(rule, UDP) and rule.path not in seen and not _among(_peer(rule), over_tcp[key]):
                    seen.add(rule.path)
                    yield one.spot(
                        path_of(rule),
                        "DNS is let out over UDP alone: answers too long for one packet come over TCP and are lost",
                        "allow TCP 53 beside UDP 53",
                    )


def _names_dns(rule: Rule, protocol: int) -> bool:
    return rule.protocol == protocol and bool(rule.destination.ports) and _allows_dns(rule, protocol)


def _allows_dns(rule: Rule, protocol: int) -> bool:
    ports = rule.destination.ports
    return (
        rule.action is Action.ALLOW
        and rule.protocol in (None, protocol)
        and (not ports or _PORT in ports.numbers or any("dns" in name for name in ports.names))
    )


def _peer(rule: Rule) -> Entity:
    return replace(rule.destination, ports=NO_PORTS)


def _among(peer: Entity, others: list[Entity]) -> bool:
    return any(other in (peer, Entity()) for other in others)


def egress_without_dns(context: Context) -> Iterator[Spot]:
    """Of workloads that may send something somewhere: those that may send nothing mean to."""
    found: dict[WrittenPolicy, list[int]] = {}
    for engine in context.engines[:1]:
        way = engine.egress
        for subject in range(way.subjects.count):
            if lets_anything_out(way, subject) and not _resolves(engine, way, subject):
                for policy in isolating(way, subject)[:1]:
                    found.setdefault(context.written[policy], []).append(subject)
        for one, subjects in found.items():
            yield one.spot(
                ("spec",),
                "what it selects may send to some peers and cannot look up their names: nothing lets DNS out",
                _REMEDY,
                Members("without DNS", members_of(engine, Direction.EGRESS, subjects)),
            )


def _resolves(engine: Engine, way: OneWay, subject: int) -> bool:
    """Port 53 of anyone, or anything that goes to what looks like the cluster's DNS."""
    asked = engine.cells.mask_of(DNS)
    return any(part.wire & asked for part in way.row(subject))
