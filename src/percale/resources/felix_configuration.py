"""How Felix enforces: calico-semantics §1.14."""

import msgspec

from percale.resources.wire import IntOrString, Open, Resource, Wire


class ProtocolPort(Wire, frozen=True):
    """A port of the host that stays open whatever policy says: §1.14."""

    #: 0-65535.
    port: int
    #: `TCP`, `UDP` or `SCTP`; Felix itself knows the first two only.
    protocol: str = "TCP"
    #: The peers it stays open for; left out, all of them.
    net: str = ""


class RouteTableRange(Wire, frozen=True):
    """Routing tables of the kernel that Felix may use, both ends included: §1.14."""

    min: int
    max: int


class FelixConfigurationSpec(Open, frozen=True, kw_only=True):
    """Settings of Felix that concern policy, logs and dataplane: §1.14. Unset ones are left to a lower source.

    Felix has many more, which are taken as they are: an unknown field is no fault here.
    """

    #: Which nodes an object of a name of its own is for.
    node_selector: str | None = None
    #: `Insert` or `Append`; `Insert` if no source says.
    chain_insert_mode: str | None = None
    #: `Drop`, `Return` or `Accept`; `Drop` if no source says, `Accept` in the shipped manifests.
    default_endpoint_to_host_action: str | None = None
    #: `Accept` or `Return`; `Accept` if no source says.
    iptables_filter_allow_action: str | None = None
    #: `Accept` or `Return`; `Accept` if no source says.
    iptables_mangle_allow_action: str | None = None
    #: `Accept` or `Return`; `Accept` if no source says.
    nftables_filter_allow_action: str | None = None
    #: `Accept` or `Return`; `Accept` if no source says.
    nftables_mangle_allow_action: str | None = None
    #: `Drop` or `Reject`; `Drop` if no source says.
    iptables_filter_deny_action: str | None = None
    #: `Drop` or `Reject`; `Drop` if no source says.
    nftables_filter_deny_action: str | None = None
    #: `Legacy`, `NFT` or `Auto`; `Auto` if no source says.
    iptables_backend: str | None = None
    #: `Enabled`, `Disabled` or `Auto`; if no source says `Auto`, up to 3.31 `Disabled`.
    nftables_mode: str | None = None
    #: Letters, digits, blanks and `%:/_-`; `calico-packet` if no source says.
    log_prefix: str | None = None
    #: `5/second`, a number up to 9999 per second, minute, hour or day; no limit if no source says.
    log_action_rate_limit: str | None = None
    #: 0-9999 lines; 5 if no source says.
    log_action_rate_limit_burst: int | None = None
    #: Prefixes of workloads' interfaces with commas between them; `cali` if no source says.
    interface_prefix: str | None = None
    #: Interfaces with commas between them, `/patterns/` too; `kube-ipvs0` if no source says.
    interface_exclude: str | None = None
    #: An empty list keeps none open. If no source says: TCP 22, 179, 2379, 2380, 5473, 6443, 6666, 6667 and UDP 68.
    failsafe_inbound_host_ports: tuple[ProtocolPort, ...] | None = None
    #: An empty list keeps none open. If no source says: TCP 179, 2379, 2380, 5473, 6443, 6666, 6667 and UDP 53, 67.
    failsafe_outbound_host_ports: tuple[ProtocolPort, ...] | None = None
    #: 0xffff0000 if no source says.
    iptables_mark_mask: int | None = None
    #: 0xffff0000 if no source says.
    nftables_mark_mask: int | None = None
    #: Lets packets through that conntrack calls invalid; false if no source says.
    disable_conntrack_invalid_check: bool | None = None
    #: `Drop`, `Reject` or `Disabled`; `Drop` if no source says.
    service_loop_prevention: str | None = None
    #: `Disabled` or `Any`; `Disabled` if no source says.
    workload_source_spoofing: str | None = None
    #: False if no source says.
    allow_vxlan_packets_from_workloads: bool | None = msgspec.field(default=None, name="allowVXLANPacketsFromWorkloads")
    #: False if no source says.
    allow_ipip_packets_from_workloads: bool | None = msgspec.field(default=None, name="allowIPIPPacketsFromWorkloads")
    #: True if no source says.
    ipv6_support: bool | None = None
    #: `Enabled` or `Disabled`; `Enabled` if no source says.
    ip_forwarding: str | None = None
    #: Addresses in one set; 1048576 if no source says.
    max_ipset_size: int | None = None
    #: True if no source says.
    remove_external_routes: bool | None = None
    #: A duration such as `90s`; `180s` if no source says, `0s` for never.
    iptables_refresh_interval: str | None = None
    #: A duration such as `90s`; `180s` if no source says, `0s` for never.
    nftables_refresh_interval: str | None = None
    #: A duration such as `90s`; `90s` if no source says, `0s` for never.
    ipsets_refresh_interval: str | None = None
    #: At most 7 ports or ranges such as `"30000:32767"`, which it is if no source says.
    kube_node_port_ranges: tuple[IntOrString, ...] | None = None
    #: The older form of `routeTableRanges`, which it excludes.
    route_table_range: RouteTableRange | None = None
    route_table_ranges: tuple[RouteTableRange, ...] | None = None
    #: True if no source says.
    xdp_enabled: bool | None = None
    #: False if no source says.
    bpf_enabled: bool | None = None
    #: Names of interfaces, `+` at the end for any ending; `docker+` if no source says.
    bpf_force_track_packets_from_ifaces: tuple[str, ...] | None = None
    #: Not empty enables http matches.
    policy_sync_path_prefix: str | None = None
    #: Set, it turns flow logs on.
    flow_logs_goldmane_server: str | None = None
    #: A duration such as `90s`; `300s` if no source says.
    flow_logs_flush_interval: str | None = None
    #: `Enabled` or `Disabled`; `Disabled` if no source says.
    flow_logs_local_reporter: str | None = None
    #: `Continuous` or `None`; `Continuous` if no source says.
    flow_logs_policy_evaluation_mode: str | None = None
    #: False if no source says.
    prometheus_metrics_enabled: bool | None = None
    #: Every address if no source says.
    prometheus_metrics_host: str | None = None
    #: 9091 if no source says.
    prometheus_metrics_port: int | None = None
    #: False if no source says.
    health_enabled: bool | None = None
    #: `localhost` if no source says.
    health_host: str | None = None
    #: 9099 if no source says.
    health_port: int | None = None
    #: `Trace`, `Debug`, `Info`, `Warning`, `Error` or `Fatal`; `Info` if no source says.
    log_severity_screen: str | None = None


class FelixConfiguration(Resource, frozen=True, kw_only=True):
    """Felix' settings: for the cluster as `default`, for one host as `node.NAME`, else by node selector: §1.14."""

    spec: FelixConfigurationSpec = FelixConfigurationSpec()
