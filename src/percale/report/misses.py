"""In words, what of a rule a packet does not meet: "port 5433 is not 5432"."""

from percale.policy import labels as well_known
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.matching import Criterion, Miss, address_and_port
from percale.policy.rules import Entity, IcmpMatch, Ports, Rule, Side
from percale.policy.world import World
from percale.report.traffic import packet_words
from percale.selector import And, Equals, Has, In, Not, Selector
from percale.traffic.packet import Packet
from percale.traffic.protocols import protocol_name


def miss_words(miss: Miss, rule: Rule, packet: Packet, world: World) -> str:
    if miss.side is None:
        return _of_packet(miss.criterion, rule, packet)
    return _of_side(miss.criterion, miss.side, rule.entity(miss.side), packet, world)


def _of_packet(criterion: Criterion, rule: Rule, packet: Packet) -> str:
    match criterion:
        case Criterion.IP_VERSION:
            return f"the rule does not exist for IPv{packet.version}"
        case Criterion.PROTOCOL:
            wanted = f"not {protocol_name(rule.protocol)}" if rule.protocol else "excluded"
            return f"protocol {protocol_name(packet.protocol)} is {wanted}"
        case _:
            return f"{packet_words(packet)} is not {_icmp(rule.icmp)}" if rule.icmp else "that ICMP type is excluded"


def _icmp(match: IcmpMatch | None) -> str:
    if match is None:
        return "ICMP"
    return f"ICMP type {match.type}" + ("" if match.code is None else f" code {match.code}")


def _of_side(criterion: Criterion, side: Side, entity: Entity, packet: Packet, world: World) -> str:
    address, port = address_and_port(packet, side)
    match criterion:
        case Criterion.NETS if entity.nets and not any(address in net for net in entity.nets):
            return f"{side} {address} is not in {', '.join(map(str, entity.nets))}"
        case Criterion.NETS:
            outside = next(net for net in entity.not_nets if address in net)
            return f"{side} {address} is in {outside}, which the rule leaves out"
        case Criterion.SELECTOR if entity.selector:
            return _unselected(entity.selector, side, packet, world)
        case Criterion.NOT_SELECTOR:
            return (
                f"{side} {_name(side, packet, world)} is selected by `{entity.not_selector}`, which the rule leaves out"
            )
        case Criterion.PORTS if entity.ports:
            return f"{_port(side)} {port} is not {_ports(entity.ports)}" if packet.has_ports else _portless(packet)
        case Criterion.PORTS:
            return f"{_port(side)} {port} is among {_ports(entity.not_ports)}, which the rule leaves out"
        case Criterion.SERVICE if entity.service:
            return f"{side} {address} is not behind service {entity.service.namespace}/{entity.service.name}"
        case Criterion.DOMAINS:
            return f"{side} {packet.destination_name or address} is not {' or '.join(entity.domains)}"
        case _:
            return f"the {side} does not match"


def _port(side: Side) -> str:
    return "source port" if side is Side.SOURCE else "port"


def _portless(packet: Packet) -> str:
    return f"{protocol_name(packet.protocol)} has no ports"


def _ports(ports: Ports) -> str:
    names = [f"one named {name}" for name in ports.names]
    return " or ".join([*([str(ports.numbers)] if ports.numbers else []), *names])


def _name(side: Side, packet: Packet, world: World) -> str:
    address, _ = address_and_port(packet, side)
    one = world.workload_at(address)
    return str(one or address)


def _unselected(selector: Selector, side: Side, packet: Packet, world: World) -> str:
    address, _ = address_and_port(packet, side)
    here = list(world.objects_at(address))
    if not here:
        return f"{side} {address} is no known endpoint or network set, and the rule asks for `{_shown(selector)}`"
    nearest = min(here, key=lambda one: len(_failing(selector, one)))
    return f"{side} {nearest}: " + lack_words(selector, nearest)


def lack_words(selector: Selector, endpoint: Endpoint) -> str:
    """What keeps the selector from holding for the endpoint."""
    return " and ".join(dict.fromkeys(_lack(part, endpoint) for part in _failing(selector, endpoint)))


def _failing(selector: Selector, endpoint: Endpoint) -> list[Selector]:
    parts = selector.terms if isinstance(selector, And) else (selector,)
    return [part for part in parts if not part.matches(endpoint.labels)]


def _lack(part: Selector, endpoint: Endpoint) -> str:
    match part:
        case Equals(key, value):
            return _label(key, value, endpoint)
        case In(key, values):
            return _label(key, " or ".join(values), endpoint)
        case Has(key) if key == well_known.NAMESPACE:
            return "is in no namespace"
        case Has(key):
            owner, name, _ = _owner(key, endpoint)
            return f"{owner} lacks label {name}"
        case Not(Has(key)):
            owner, name, _ = _owner(key, endpoint)
            return f"{owner} has label {name}"
        case _:
            return f"`{_shown(part)}` does not hold"


def _label(key: str, value: str, endpoint: Endpoint) -> str:
    if key == well_known.NAMESPACE:
        return f"is in namespace {endpoint.namespace}, not {value}" if endpoint.namespace else "is in no namespace"
    if key == well_known.ORCHESTRATOR:
        return f"is no pod but a {endpoint.kind}"
    if key == well_known.SERVICE_ACCOUNT:
        return f"runs as {endpoint.labels.get(key, 'no service account')}, not {value}"
    owner, name, labels = _owner(key, endpoint)
    if name in labels:
        return f"{owner} label {name} is {labels[name] or 'empty'}, not {value}"
    if labels.get(well_known.METADATA_NAME) == value:
        return f"{owner} lacks label {name}; it has {well_known.METADATA_NAME}"
    return f"{owner} lacks label {name}={value}{_instead(value, labels)}"


def _owner(key: str, endpoint: Endpoint) -> tuple[str, str, dict[str, str]]:
    """Whose label a key is: the namespace's, the service account's or the endpoint's own."""
    if key.startswith(well_known.NAMESPACE_PREFIX):
        return "namespace", key.removeprefix(well_known.NAMESPACE_PREFIX), endpoint.namespace_labels
    if key.startswith(well_known.SERVICE_ACCOUNT_PREFIX):
        return "service account", key.removeprefix(well_known.SERVICE_ACCOUNT_PREFIX), {}
    owner = "pod" if endpoint.kind is EndpointKind.WORKLOAD else str(endpoint.kind)
    return owner, key, dict(endpoint.labels)


def _instead(value: str, labels: dict[str, str]) -> str:
    """The label that was probably meant: another key with the value that is asked for."""
    meant = [key for key in labels if labels[key] == value]
    return f"; it has {meant[0]}" if meant else ""


def _shown(selector: Selector) -> str:
    text = str(selector)
    return text if len(text) <= 80 else text[:77] + "..."
