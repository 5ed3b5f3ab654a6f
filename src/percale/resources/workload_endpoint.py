"""Interfaces of workloads: written by orchestrators, on Kubernetes derived from pods.

Source: Calico's libcalico-go/lib/apis/internalapi/workloadendpoint.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class WorkloadEndpointPort(Wire, frozen=True):
    """A port of a workload, with a name for rules or a port of the host in front of it."""

    #: The port's protocol: `TCP`, `UDP` or `SCTP`, or its number.
    protocol: IntOrString
    #: The port's number.
    port: int
    #: What rules call the port by; may be left out only beside `hostPort`.
    name: str = ""
    #: A port of the host that leads here; 0 is none.
    host_port: int = 0
    #: The host's address of that port. Without it, every address.
    host_ip: str = msgspec.field(default="", name="hostIP")


class IpNat(Wire, frozen=True):
    """What is sent to the external address arrives at the internal one."""

    #: One of the endpoint's own addresses.
    internal_ip: str = msgspec.field(default="", name="internalIP")
    #: The address from which traffic is translated to it.
    external_ip: str = msgspec.field(default="", name="externalIP")


class QosControls(Wire, frozen=True):
    """Rate limits of a workload. 0 leaves out a limit; no verdict depends on one."""

    #: Most bits per second that arrive.
    ingress_bandwidth: int = 0
    #: How many bits may arrive at once beyond that.
    ingress_burst: int = 0
    #: Most bits per second within such a burst.
    ingress_peakrate: int = 0
    #: Bytes that count as one burst at the peak rate.
    ingress_minburst: int = 0
    #: Most bits per second that are sent.
    egress_bandwidth: int = 0
    #: How many bits may be sent at once beyond that.
    egress_burst: int = 0
    #: Most bits per second within such a burst.
    egress_peakrate: int = 0
    #: Bytes that count as one burst at the peak rate.
    egress_minburst: int = 0
    #: Most packets per second that arrive.
    ingress_packet_rate: int = 0
    #: How many packets may arrive at once beyond that.
    ingress_packet_burst: int = 0
    #: Most packets per second that are sent.
    egress_packet_rate: int = 0
    #: How many packets may be sent at once beyond that.
    egress_packet_burst: int = 0
    #: Most connections from others at one time.
    ingress_max_connections: int = 0
    #: Most connections to others at one time.
    egress_max_connections: int = 0
    #: The mark that packets which leave the cluster carry in their IP header.
    dscp: IntOrString | None = None


class WorkloadEndpointSpec(Wire, frozen=True):
    """Whose interface it is, and its addresses."""

    #: Who runs the workload: `k8s`, `cni`, `libnetwork` or another. It decides which of the fields below make the
    #: object's name.
    orchestrator: str = ""
    #: The workload's name; part of the object's name for other orchestrators.
    workload: str = ""
    #: The node that the workload runs on; the first part of the object's name.
    node: str = ""
    #: The container; part of the object's name for `cni`.
    container_id: str = msgspec.field(default="", name="containerID")
    #: The pod; part of the object's name for `k8s`.
    pod: str = ""
    #: Which interface of the workload, such as `eth0`; the last part of the object's name.
    endpoint: str = ""
    #: The service account that the workload runs under; selectors see it as a label.
    service_account_name: str = ""
    #: The workload's addresses. An endpoint without any is not enforced at all.
    ip_networks: tuple[str, ...] = ()
    #: External addresses that are translated to the workload's own; no effect on verdicts.
    ip_nats: tuple[IpNat, ...] = msgspec.field(default=(), name="ipNATs")
    #: The workload's next hop; no effect on verdicts.
    ipv4_gateway: str = ""
    #: The workload's next hop; no effect on verdicts.
    ipv6_gateway: str = ""
    #: Profiles to ask when no tier has decided, in this order; their labels are inherited.
    profiles: tuple[str, ...] = ()
    #: The host's side of the interface. Required.
    interface_name: str = ""
    #: The interface's hardware address; no effect on verdicts.
    mac: str = ""
    #: Ports that rules may call by name.
    ports: tuple[WorkloadEndpointPort, ...] = ()
    #: Networks that Calico lets the workload send from besides its own addresses; no effect here.
    allow_spoofed_source_prefixes: tuple[str, ...] = ()
    #: Limits of rate; 0 leaves one out. No verdict depends on them.
    qos_controls: QosControls | None = None


class WorkloadEndpoint(Resource, frozen=True, kw_only=True):
    """One interface of a workload, under the name that its spec yields."""

    #: Whose interface it is, and its addresses.
    spec: WorkloadEndpointSpec = WorkloadEndpointSpec()
