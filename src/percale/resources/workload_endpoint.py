"""Interfaces of workloads: written by orchestrators, on Kubernetes derived from pods. calico-semantics §1.10."""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class WorkloadEndpointPort(Wire, frozen=True):
    """A port of a workload, with a name for rules or a port of the host in front of it: §1.10."""

    #: `TCP`, `UDP` or `SCTP`, or the number of one of them.
    protocol: IntOrString
    #: 1-65535.
    port: int
    #: May be left out only where `hostPort` is given.
    name: str = ""
    #: 0 is none.
    host_port: int = 0
    host_ip: str = msgspec.field(default="", name="hostIP")


class IpNat(Wire, frozen=True):
    """What is sent to the external address arrives at the internal one: §1.10."""

    #: One of the endpoint's own addresses.
    internal_ip: str = msgspec.field(default="", name="internalIP")
    external_ip: str = msgspec.field(default="", name="externalIP")


class QosControls(Wire, frozen=True):
    """Rate limits of a workload: §1.10. 0 leaves out a limit; no verdict depends on one."""

    #: Bits per second, 1000 to 10^15.
    ingress_bandwidth: int = 0
    #: Bits, 1000 to 34359738360.
    ingress_burst: int = 0
    #: Bits per second, 1010 to 1.01 * 10^15.
    ingress_peakrate: int = 0
    #: Bytes, 1000 to 10^8.
    ingress_minburst: int = 0
    #: Bits per second, 1000 to 10^15.
    egress_bandwidth: int = 0
    #: Bits, 1000 to 34359738360.
    egress_burst: int = 0
    #: Bits per second, 1010 to 1.01 * 10^15.
    egress_peakrate: int = 0
    #: Bytes, 1000 to 10^8.
    egress_minburst: int = 0
    #: Packets per second, 1 to 10000.
    ingress_packet_rate: int = 0
    #: Packets, 1 to 10000.
    ingress_packet_burst: int = 0
    #: Packets per second, 1 to 10000.
    egress_packet_rate: int = 0
    #: Packets, 1 to 10000.
    egress_packet_burst: int = 0
    #: Connections at a time, 1 to 4294967295.
    ingress_max_connections: int = 0
    #: Connections at a time, 1 to 4294967295.
    egress_max_connections: int = 0
    #: 0-63, or a name such as `EF`.
    dscp: IntOrString | None = None


class WorkloadEndpointSpec(Wire, frozen=True):
    """Whose interface it is, and its addresses: §1.10."""

    #: `k8s`, `cni`, `libnetwork` or another; decides which of the fields below make the object's name.
    orchestrator: str = ""
    workload: str = ""
    node: str = ""
    container_id: str = msgspec.field(default="", name="containerID")
    pod: str = ""
    endpoint: str = ""
    service_account_name: str = ""
    #: Single addresses: /32 or /128. Without any the endpoint is not enforced at all.
    ip_networks: tuple[str, ...] = ()
    ip_nats: tuple[IpNat, ...] = msgspec.field(default=(), name="ipNATs")
    ipv4_gateway: str = ""
    ipv6_gateway: str = ""
    #: Names of profiles, applied in this order after all policy.
    profiles: tuple[str, ...] = ()
    #: The host's side of the interface; required.
    interface_name: str = ""
    mac: str = ""
    ports: tuple[WorkloadEndpointPort, ...] = ()
    #: Networks that the workload may send from besides its own addresses.
    allow_spoofed_source_prefixes: tuple[str, ...] = ()
    qos_controls: QosControls | None = None


class WorkloadEndpoint(Resource, frozen=True, kw_only=True):
    """One interface of a workload, under the name that its spec yields: §1.10."""

    spec: WorkloadEndpointSpec = WorkloadEndpointSpec()
