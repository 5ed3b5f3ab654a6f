"""Interfaces of hosts that policy governs.

Source: Calico's api/pkg/apis/projectcalico/v3/hostendpoint.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class EndpointPort(Wire, frozen=True):
    """A port of a host that rules may call by name."""

    #: What rules call the port by.
    name: str
    #: The port's protocol: `TCP`, `UDP` or `SCTP`, or its number.
    protocol: IntOrString
    #: The port's number.
    port: int


class HostEndpointSpec(Wire, frozen=True):
    """Which interface of which host. One of `interfaceName` and `expectedIPs` must be given."""

    #: The host, by its name as Felix knows it, to the letter. Required.
    node: str = ""
    #: The interface by name; `*` is every interface that no narrower host endpoint covers.
    interface_name: str = ""
    #: Addresses of the host: they find the interface when it has no name here, and they are all that selectors know the
    #: host by.
    expected_ips: tuple[str, ...] = msgspec.field(default=(), name="expectedIPs")
    #: Profiles to ask when no tier has decided, in this order. Without one that allows, everything but failsafes is
    #: denied.
    profiles: tuple[str, ...] = ()
    #: Ports of the host that rules may call by name.
    ports: tuple[EndpointPort, ...] = ()


class HostEndpoint(Resource, frozen=True, kw_only=True):
    """Puts an interface of a host, or all of them, under policy. It has no labels but those written."""

    #: Which interface of which host.
    spec: HostEndpointSpec = HostEndpointSpec()
