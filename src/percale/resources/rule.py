"""Calico's rule: calico-semantics §1.2."""

import msgspec

from percale.resources.wire import IntOrString, Wire


class ServiceAccountMatch(Wire, frozen=True):
    names: tuple[str, ...] = ()
    selector: str = ""


class ServiceMatch(Wire, frozen=True):
    name: str = ""
    namespace: str = ""


class EntityRule(Wire, frozen=True):
    """The source or the destination of a rule; everything present must hold at once."""

    nets: tuple[str, ...] = ()
    not_nets: tuple[str, ...] = ()
    selector: str = ""
    not_selector: str = ""
    namespace_selector: str = ""
    ports: tuple[IntOrString, ...] = ()
    not_ports: tuple[IntOrString, ...] = ()
    service_accounts: ServiceAccountMatch | None = None
    services: ServiceMatch | None = None
    domains: tuple[str, ...] = ()


class IcmpFields(Wire, frozen=True):
    type: int | None = None
    code: int | None = None


class HttpPath(Wire, frozen=True):
    exact: str | None = None
    prefix: str | None = None


class HttpMatch(Wire, frozen=True):
    methods: tuple[str, ...] = ()
    paths: tuple[HttpPath, ...] = ()


class RuleMetadata(Wire, frozen=True):
    annotations: dict[str, str] = {}


class Rule(Wire, frozen=True):
    action: str
    ip_version: int | None = None
    protocol: IntOrString | None = None
    not_protocol: IntOrString | None = None
    icmp: IcmpFields | None = None
    not_icmp: IcmpFields | None = msgspec.field(default=None, name="notICMP")
    source: EntityRule = EntityRule()
    destination: EntityRule = EntityRule()
    http: HttpMatch | None = None
    metadata: RuleMetadata | None = None
