"""Rules in the one form that every dialect is turned into."""

from dataclasses import dataclass
from enum import StrEnum

from percale.selector import Selector
from percale.traffic.addresses import Network
from percale.traffic.intervals import EMPTY, Intervals


class Action(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105  an action, no password
    LOG = "Log"


class Direction(StrEnum):
    INGRESS = "ingress"
    EGRESS = "egress"


class Side(StrEnum):
    SOURCE = "source"
    DESTINATION = "destination"

    @property
    def other(self) -> "Side":
        return Side.DESTINATION if self is Side.SOURCE else Side.SOURCE


#: Which side of a packet is the policy's own endpoint, and which its peer.
OWN_SIDE = {Direction.INGRESS: Side.DESTINATION, Direction.EGRESS: Side.SOURCE}


@dataclass(frozen=True, slots=True)
class Ports:
    """Port numbers and names of one list: any of them matches."""

    numbers: Intervals = EMPTY
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.numbers or self.names)


NO_PORTS = Ports()


@dataclass(frozen=True, slots=True)
class IcmpMatch:
    """A type, with every code or with one."""

    type: int
    code: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceRef:
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Entity:
    """What a rule asks of one side; empty fields ask nothing, and all others must hold."""

    nets: tuple[Network, ...] = ()
    not_nets: tuple[Network, ...] = ()
    #: As Calico rewrites it; None asks nothing, `all()` asks for a known endpoint or set.
    selector: Selector | None = None
    not_selector: Selector | None = None
    ports: Ports = NO_PORTS
    not_ports: Ports = NO_PORTS
    service: ServiceRef | None = None
    #: Names that the destination was looked up by, `*.example.com` for all below; Calico Enterprise's form.
    domains: tuple[str, ...] = ()


ANYONE = Entity()


@dataclass(frozen=True, slots=True)
class Rule:
    """`path` is where the rule stands in its resource: `ingress[0]`, `egress[2].to[1]`."""

    action: Action
    path: str
    source: Entity = ANYONE
    destination: Entity = ANYONE
    protocol: int | None = None
    not_protocol: int | None = None
    ip_version: int | None = None
    icmp: IcmpMatch | None = None
    not_icmp: IcmpMatch | None = None
    #: Matched only by Calico's proxy, which reads HTTP; a rule's other fields are all that packets are held against.
    has_http: bool = False

    def entity(self, side: Side) -> Entity:
        return self.source if side is Side.SOURCE else self.destination

    def applies_to_version(self, version: int) -> bool:
        """Whether the rule exists for that IP version at all."""
        if self.ip_version not in (None, version):
            return False
        return all(_nets_reach(entity, version) for entity in (self.source, self.destination))


def _nets_reach(entity: Entity, version: int) -> bool:
    if entity.nets and not any(net.version == version for net in entity.nets):
        return False
    return not any(net.version == version and net.prefixlen == 0 for net in entity.not_nets)


ALLOW_ALL = Rule(Action.ALLOW, "")
