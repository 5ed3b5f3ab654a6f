"""Calico's rule.

Source: Calico's api/pkg/apis/projectcalico/v3/policy_common.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Wire


class ServiceAccountMatch(Wire, frozen=True):
    #: The endpoint's service account has one of these names; empty is any name.
    names: tuple[str, ...] = ()
    #: The endpoint's service account has labels that fit; empty is any.
    selector: str = ""


class ServiceMatch(Wire, frozen=True):
    #: The Service whose endpoints are meant.
    name: str = ""
    #: Where that Service is. Default: the policy's namespace.
    namespace: str = ""


class EntityRule(Wire, frozen=True):
    """The source or the destination of a rule; everything present must hold at once."""

    #: The address is in one of these networks. In a namespaced policy too, they are not confined to the namespace.
    nets: tuple[str, ...] = ()
    #: The address is in none of these networks.
    not_nets: tuple[str, ...] = ()
    #: The address belongs to an endpoint or a network set whose labels fit. Empty is any address, known or not.
    selector: str = ""
    #: The address belongs to no endpoint or network set whose labels fit. Alone in a namespaced policy, it confines the
    #: rule to the namespace all the same.
    not_selector: str = ""
    #: The address belongs to an endpoint or a network set in a namespace whose labels fit, or, with `global()`, to one
    #: that has no namespace. Default: with a selector beside it the policy's own namespace, or everywhere if the policy
    #: has none.
    namespace_selector: str = ""
    #: The port is one of these: a number, a range such as `"8000:8080"`, or the name of an endpoint's port.
    ports: tuple[IntOrString, ...] = ()
    #: The port is none of these.
    not_ports: tuple[IntOrString, ...] = ()
    #: The address belongs to an endpoint that runs under such a service account.
    service_accounts: ServiceAccountMatch | None = None
    #: The address is an endpoint of this Service, ready or not, and on egress the port is that endpoint's. The cluster
    #: IP never matches.
    services: ServiceMatch | None = None
    #: The destination was looked up by one of these names, or by a name below one with `*.` before it. Judged by
    #: `percale reach`; refused by `ruleset` and `lab`, since no names are resolved.
    domains: tuple[str, ...] = ()


class IcmpFields(Wire, frozen=True):
    #: The type of the ICMP message.
    type: int | None = None
    #: The code within the type; only beside `type`.
    code: int | None = None


class HttpPath(Wire, frozen=True):
    #: The path is this one.
    exact: str | None = None
    #: The path begins with this.
    prefix: str | None = None


class HttpMatch(Wire, frozen=True):
    #: The request's method is one of these; `*` or an empty list is any.
    methods: tuple[str, ...] = ()
    #: The request's path is one of these; an empty list is any.
    paths: tuple[HttpPath, ...] = ()


class RuleMetadata(Wire, frozen=True):
    #: Remarks about the rule, such as `name`; no effect on matching.
    annotations: dict[str, str] = {}


class Rule(Wire, frozen=True):
    #: What becomes of a packet that the rule matches: `Allow` and `Deny` decide, `Pass` goes on with the next tier,
    #: `Log` notes the packet and goes on with the next rule.
    action: str
    #: Only packets of this IP version. Without it, both.
    ip_version: int | None = None
    #: Only packets of this protocol. `ICMP` is IPv4 alone and `ICMPv6` IPv6 alone; 1 and 58 are both. Without it, every
    #: protocol.
    protocol: IntOrString | None = None
    #: Only packets of any other protocol.
    not_protocol: IntOrString | None = None
    #: Only these ICMP messages.
    icmp: IcmpFields | None = None
    #: Only other ICMP messages.
    not_icmp: IcmpFields | None = msgspec.field(default=None, name="notICMP")
    #: What holds of the sender; everything that is present must hold at once.
    source: EntityRule = EntityRule()
    #: What holds of the receiver, after destination NAT; everything that is present must hold at once.
    destination: EntityRule = EntityRule()
    #: What holds of the HTTP request. Validated, and without effect in the packet filter: the rule matches by its other
    #: fields.
    http: HttpMatch | None = None
    #: Remarks about the rule.
    metadata: RuleMetadata | None = None
