"""Interfaces of hosts that policy governs: calico-semantics §1.9."""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class EndpointPort(Wire, frozen=True):
    """A port of a host that rules may call by name: §1.9."""

    name: str
    #: `TCP`, `UDP` or `SCTP`, or the number of one of them.
    protocol: IntOrString
    #: 1-65535.
    port: int


class HostEndpointSpec(Wire, frozen=True):
    """Which interface of which host: §1.9. One of `interfaceName` and `expectedIPs` must be given."""

    #: The host's name as Felix knows it, to the letter.
    node: str = ""
    #: `*` is every interface that no narrower host endpoint covers; else 1-15 of letters, digits, `_`, `.`, `-`.
    interface_name: str = ""
    #: Find the interface when it is not named; they are also the only addresses by which selectors match the host.
    expected_ips: tuple[str, ...] = msgspec.field(default=(), name="expectedIPs")
    #: Names of profiles, applied in this order after all policy.
    profiles: tuple[str, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class HostEndpoint(Resource, frozen=True, kw_only=True):
    """Puts an interface of a host, or all of them, under policy: §1.9. It has no labels but those written."""

    spec: HostEndpointSpec = HostEndpointSpec()
