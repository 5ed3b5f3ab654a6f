"""The source or the destination of a rule, looked at by itself."""

from collections.abc import Callable, Iterator
from typing import Any

from percale.resources.faults import Fault, Path
from percale.resources.ports import InvalidPort, parse_port
from percale.resources.rule import EntityRule, ServiceAccountMatch
from percale.resources.validation.domains import domain_findings
from percale.resources.validation.networks import catch_all_findings, rule_net_findings
from percale.resources.validation.schema import duplicates, too_many
from percale.resources.validation.selectors import (
    endpoint_selector_findings,
    namespace_selector_findings,
    selector_findings,
)
from percale.resources.validation.services import service_findings
from percale.resources.wire import IntOrString

MOST_NETS = 256
MOST_PORTS = 50


def entity_findings(entity: EntityRule, path: Path) -> Iterator[Fault]:
    # Most fields of most rules are empty, and a policy set has a great many rules.
    for field, name, check in _CHECKS:
        if value := getattr(entity, field):
            yield from check(value, (*path, name))
    if entity.services is not None:
        yield from service_findings(entity.services, entity, (*path, "services"))


def _nets(nets: tuple[str, ...], path: Path) -> Iterator[Fault]:
    yield from too_many(nets, MOST_NETS, path)
    yield from duplicates(nets, path)
    yield from rule_net_findings(nets, path)


def _not_nets(nets: tuple[str, ...], path: Path) -> Iterator[Fault]:
    yield from _nets(nets, path)
    yield from catch_all_findings(nets, path)


def _ports(ports: tuple[IntOrString, ...], path: Path) -> Iterator[Fault]:
    yield from too_many(ports, MOST_PORTS, path)
    for index, port in enumerate(ports):
        try:
            parse_port(port)
        except InvalidPort as invalid:
            yield Fault((*path, index), invalid.says, invalid.hint)


def _service_accounts(accounts: ServiceAccountMatch, path: Path) -> Iterator[Fault]:
    yield from duplicates(accounts.names, (*path, "names"))
    yield from selector_findings(accounts.selector, (*path, "selector"))


#: The field, as it is called here and on the wire, and what is looked at in it.
_CHECKS: tuple[tuple[str, str, Callable[[Any, Path], Iterator[Fault]]], ...] = (
    ("nets", "nets", _nets),
    ("not_nets", "notNets", _not_nets),
    ("selector", "selector", endpoint_selector_findings),
    ("not_selector", "notSelector", selector_findings),
    ("namespace_selector", "namespaceSelector", namespace_selector_findings),
    ("ports", "ports", _ports),
    ("not_ports", "notPorts", _ports),
    ("service_accounts", "serviceAccounts", _service_accounts),
    ("domains", "domains", domain_findings),
)
