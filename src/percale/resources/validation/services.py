"""Service matches: what they exclude beside them, and in which rules they may stand."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.rule import EntityRule, ServiceMatch
from percale.resources.validation import names

#: The side whose entity may name services, by direction.
SIDE_OF_SERVICES = {"ingress": "source", "egress": "destination"}


def service_findings(services: ServiceMatch, entity: EntityRule, path: Path) -> Iterator[Fault]:
    yield from (Fault(path, says) for says in _beside(entity))
    if not services.name:
        yield Fault(path, "services must specify a service name", "add `name`")
    else:
        yield from (Fault((*path, "name"), wrong) for wrong in names.subdomain(services.name))
    if services.namespace:
        yield from (Fault((*path, "namespace"), wrong) for wrong in names.subdomain(services.namespace))


def _beside(entity: EntityRule) -> Iterator[str]:
    if entity.nets or entity.not_nets:
        yield "cannot specify Nets/NotNets and Services on the same rule"
    if entity.selector or entity.not_selector:
        yield "cannot specify Selector/NotSelector and Services on the same rule"
    if entity.namespace_selector:
        yield "cannot specify NamespaceSelector and Services on the same rule"
    if entity.service_accounts is not None:
        yield "cannot specify ServiceAccounts and Services on the same rule"


def service_place_findings(
    side: str, entity: EntityRule, direction: str, path: Path, *, namespaced: bool
) -> Iterator[Fault]:
    if entity.services is None:
        return
    if side != SIDE_OF_SERVICES[direction]:
        hint = f"`services` belong in the {SIDE_OF_SERVICES[direction]} of an {direction} rule"
        yield Fault(path, f"services are not allowed in {direction} rule {side}", hint)
    elif not namespaced and not entity.services.namespace:
        yield Fault(path, "services must specify a namespace in a GlobalNetworkPolicy", "add `namespace`")
    if side == "destination" and (entity.ports or entity.not_ports):
        hint = "the ports are those of the service's endpoints"
        yield Fault(path, "ports and notPorts cannot be specified with services", hint)
