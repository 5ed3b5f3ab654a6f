"""How Felix enforces.

Source: Calico's felix/config/config_params.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Open, Resource, Wire


class ProtocolPort(Wire, frozen=True):
    """A port of the host that stays open whatever policy says."""

    #: The port that stays open.
    port: int
    #: Its protocol; Felix itself knows TCP and UDP only.
    protocol: str = "TCP"
    #: The peers that it stays open for. Without it, all of them.
    net: str = ""


class RouteTableRange(Wire, frozen=True):
    """Routing tables of the kernel that Felix may use, both ends included."""

    #: The first routing table.
    min: int
    #: The last routing table, included.
    max: int


class FelixConfigurationSpec(Open, frozen=True, kw_only=True):
    """Settings of Felix that concern policy, logs and dataplane. Unset ones are left to a lower source.

    Felix has many more, which are taken as they are: an unknown field is no fault here.
    """

    #: The nodes that an object with a name of its own is for.
    node_selector: str | None = None
    #: Whether Calico's jump comes first or last in the kernel's chains. Default: `Insert`.
    chain_insert_mode: str | None = None
    #: What becomes of what a pod sends its own host and its egress policy allows: dropped, left to the host's other
    #: rules, or accepted. Default: `Accept`, as in Calico's manifests; its code has `Drop`.
    default_endpoint_to_host_action: str | None = None
    #: How allowed packets leave the filter chains, with iptables. Default: `Accept`.
    iptables_filter_allow_action: str | None = None
    #: How allowed packets leave the mangle chains, with iptables. Default: `Accept`.
    iptables_mangle_allow_action: str | None = None
    #: How allowed packets leave the filter chains, with nftables. Default: `Accept`.
    nftables_filter_allow_action: str | None = None
    #: How allowed packets leave the mangle chains, with nftables. Default: `Accept`.
    nftables_mangle_allow_action: str | None = None
    #: Whether what is denied is dropped or refused with an answer; counts where the next field is not set. Default:
    #: `Drop`.
    iptables_filter_deny_action: str | None = None
    #: Whether what is denied is dropped or refused with an answer. Default: `Drop`.
    nftables_filter_deny_action: str | None = None
    #: Which of the kernel's two forms of iptables Felix writes to. Default: `Auto`.
    iptables_backend: str | None = None
    #: Whether Felix writes nftables; `Auto` does where kube-proxy does. Default: `Auto`, up to 3.31 `Disabled`.
    nftables_mode: str | None = None
    #: What lines of Log rules begin with; since 3.32 `%t` is the tier, `%k` the kind, `%n` the name, `%p` namespace and
    #: name. Default: `calico-packet`.
    log_prefix: str | None = None
    #: How many lines Log rules write, such as `5/second`; since 3.32. Without it, no limit.
    log_action_rate_limit: str | None = None
    #: How many lines may be written at once beyond that; since 3.32. Default: 5.
    log_action_rate_limit_burst: int | None = None
    #: Prefixes of workloads' interfaces, with commas between them. Default: `cali`.
    interface_prefix: str | None = None
    #: Interfaces that Felix does not watch, with commas between them; `/patterns/` too. Default: `kube-ipvs0`.
    interface_exclude: str | None = None
    #: Ports of hosts that take traffic whatever policy says; an empty list keeps none open. Default: TCP 22, 179, 2379,
    #: 2380, 5473, 6443, 6666, 6667 and UDP 68.
    failsafe_inbound_host_ports: tuple[ProtocolPort, ...] | None = None
    #: Ports that hosts reach whatever policy says; an empty list keeps none open. Default: TCP 179, 2379, 2380, 5473,
    #: 6443, 6666, 6667 and UDP 53, 67.
    failsafe_outbound_host_ports: tuple[ProtocolPort, ...] | None = None
    #: The bits of the packet mark that Felix may use, with iptables. Default: 0xffff0000.
    iptables_mark_mask: int | None = None
    #: The bits of the packet mark that Felix may use, with nftables. Default: 0xffff0000.
    nftables_mark_mask: int | None = None
    #: Lets packets through that connection tracking finds invalid. Default: `false`.
    disable_conntrack_invalid_check: bool | None = None
    #: What becomes of packets for a Service's address that no Service has. Default: `Drop`.
    service_loop_prevention: str | None = None
    #: Whether pods may ask, by annotation, to send from foreign addresses. Default: `Disabled`.
    workload_source_spoofing: str | None = None
    #: Whether pods may send VXLAN. Default: `false`.
    allow_vxlan_packets_from_workloads: bool | None = msgspec.field(default=None, name="allowVXLANPacketsFromWorkloads")
    #: Whether pods may send IP-in-IP. Default: `false`.
    allow_ipip_packets_from_workloads: bool | None = msgspec.field(default=None, name="allowIPIPPacketsFromWorkloads")
    #: Whether Felix handles IPv6. Default: `true`.
    ipv6_support: bool | None = None
    #: Whether Felix turns forwarding on in the kernel. Default: `Enabled`.
    ip_forwarding: str | None = None
    #: Most addresses in one set. Default: 1048576.
    max_ipset_size: int | None = None
    #: Whether routes to workloads' interfaces that others made are removed. Default: `true`.
    remove_external_routes: bool | None = None
    #: How often it is written anew, in case others have changed it; `0s` is never. Default: `180s`.
    iptables_refresh_interval: str | None = None
    #: How often it is written anew, in case others have changed it; `0s` is never. Default: `180s`.
    nftables_refresh_interval: str | None = None
    #: How often it is written anew, in case others have changed it; `0s` is never. Default: `90s`.
    ipsets_refresh_interval: str | None = None
    #: The ports that Services of type `NodePort` may have. Default: 30000:32767.
    kube_node_port_ranges: tuple[IntOrString, ...] | None = None
    #: Routing tables of the kernel that Felix may use; the older form of the next field.
    route_table_range: RouteTableRange | None = None
    #: Routing tables of the kernel that Felix may use.
    route_table_ranges: tuple[RouteTableRange, ...] | None = None
    #: Whether doNotTrack policies that only deny networks are moved to XDP. Default: `true`.
    xdp_enabled: bool | None = None
    #: Whether Felix enforces by eBPF: other machinery, the same policies. Default: `false`.
    bpf_enabled: bool | None = None
    #: Interfaces whose packets are tracked all the same, with eBPF; `+` at the end stands for any ending. Default:
    #: `docker+`.
    bpf_force_track_packets_from_ifaces: tuple[str, ...] | None = None
    #: Where Felix offers policy to a proxy, which then enforces `http` matches. Empty is nowhere.
    policy_sync_path_prefix: str | None = None
    #: Where flow logs go. Empty is nowhere.
    flow_logs_goldmane_server: str | None = None
    #: How often flow logs are sent. Default: `300s`.
    flow_logs_flush_interval: str | None = None
    #: Whether flow logs can be read on the node itself. Default: `Disabled`.
    flow_logs_local_reporter: str | None = None
    #: Whether flows that last are judged anew when policy changes. Default: `Continuous`.
    flow_logs_policy_evaluation_mode: str | None = None
    #: Whether Felix offers metrics. Default: `false`.
    prometheus_metrics_enabled: bool | None = None
    #: The address of the metrics. Empty is every address.
    prometheus_metrics_host: str | None = None
    #: The port of the metrics. Default: 9091.
    prometheus_metrics_port: int | None = None
    #: Whether Felix answers health checks. Default: `false`.
    health_enabled: bool | None = None
    #: The address of the health checks. Default: `localhost`.
    health_host: str | None = None
    #: The port of the health checks. Default: 9099.
    health_port: int | None = None
    #: From which severity on Felix' own lines are logged. Default: `Info`.
    log_severity_screen: str | None = None


class FelixConfiguration(Resource, frozen=True, kw_only=True):
    """Felix' settings: for the cluster as `default`, for one host as `node.NAME`, else by node selector."""

    #: Settings of Felix. What is not set is left to a lower source: the object for all, then Felix' own default.
    spec: FelixConfigurationSpec = FelixConfigurationSpec()
