"""What calico-kube-controllers does, automatic host endpoints among it.

Source: Calico's kube-controllers/pkg/controllers/node/hostendpoints.go.
"""

import msgspec

from percale.resources.wire import Resource, Wire


class Controller(Wire, frozen=True):
    """A controller that is on because it is there."""

    #: How often it compares everything anew. Default: `5m`.
    reconciler_period: str | None = None


class HostEndpointTemplate(Wire, frozen=True):
    """Host endpoints to make on each selected node. One of the two ways to name interfaces must be given."""

    #: Part of the names of what is made: `NODE-GENERATENAME-auto-hep`.
    generate_name: str = ""
    #: The node's addresses inside these become expected addresses of one host endpoint.
    interface_cidrs: tuple[str, ...] = msgspec.field(default=(), name="interfaceCIDRs")
    #: A regular expression; each interface that it matches gets a host endpoint.
    interface_pattern: str = ""
    #: Labels of what is made, beside the node's own.
    labels: dict[str, str] = {}
    #: Annotations of what is made; no effect on verdicts.
    annotations: dict[str, str] = {}
    #: The nodes that the template is for. Empty is all.
    node_selector: str = ""


class AutoHostEndpoints(Wire, frozen=True):
    """Which host endpoints are made for nodes."""

    #: Whether host endpoints are made for nodes at all.
    auto_create: str = "Disabled"
    #: Whether each node gets the one that covers every interface, `NODE-auto-hep`.
    create_default_host_endpoint: str = "Enabled"
    #: Further host endpoints to make on selected nodes. Each names interfaces by `interfaceCIDRs` or by
    #: `interfacePattern`.
    templates: tuple[HostEndpointTemplate, ...] = ()


class NodeController(Wire, frozen=True):
    """Cleans up after nodes, and makes host endpoints for them."""

    #: How often it compares everything anew. Default: `5m`.
    reconciler_period: str | None = None
    #: Whether labels of Kubernetes' nodes are copied to Calico's.
    sync_labels: str = "Enabled"
    #: Which host endpoints are made for nodes.
    host_endpoint: AutoHostEndpoints | None = None
    #: After how long an address that nobody uses counts as leaked. Default: `15m`.
    leak_grace_period: str | None = None


class LoadBalancerController(Wire, frozen=True):
    """Gives addresses to services."""

    #: Whether every Service of type `LoadBalancer` gets an address, or only those that ask.
    assign_ips: str = msgspec.field(default="AllServices", name="assignIPs")


class MigrationController(Wire, frozen=True):
    """Renames policies stored by old releases."""

    #: Whether policies that old releases stored under another name are renamed.
    policy_name_migrator: str = msgspec.field(default="Enabled", name="enabled")


class Controllers(Wire, frozen=True):
    """Which controllers run; each one that is left out is off."""

    #: Cleans up after nodes, and makes host endpoints for them; off if left out, like each of these.
    node: NodeController | None = None
    #: Copies Kubernetes' NetworkPolicies into etcd.
    policy: Controller | None = None
    #: Keeps the labels of workload endpoints in etcd up to date.
    workload_endpoint: Controller | None = None
    #: Makes the profiles of service accounts in etcd.
    service_account: Controller | None = None
    #: Makes the profiles of namespaces in etcd.
    namespace: Controller | None = None
    #: Gives addresses to Services.
    load_balancer: LoadBalancerController | None = None
    #: Renames policies that old releases stored.
    migration: MigrationController | None = msgspec.field(default=None, name="policyMigration")


class KubeControllersConfigurationSpec(Wire, frozen=True):
    """Settings of calico-kube-controllers."""

    #: From which severity on lines are logged.
    log_severity_screen: str = "Info"
    #: Whether the process answers health checks.
    health_checks: str = "Enabled"
    #: How often etcd is compacted; `0` is never. Default: `10m`.
    etcd_v3_compaction_period: str | None = msgspec.field(default=None, name="etcdV3CompactionPeriod")
    #: The port of the metrics; 0 is none. Default: 9094.
    prometheus_metrics_port: int | None = None
    #: The port of profiles for debugging. Without it, none.
    debug_profile_port: int | None = None
    #: Which controllers run.
    controllers: Controllers = Controllers()


class KubeControllersConfiguration(Resource, frozen=True, kw_only=True):
    """Which controllers run and which host endpoints they make. There is one, named `default`."""

    #: Settings of calico-kube-controllers.
    spec: KubeControllersConfigurationSpec = KubeControllersConfigurationSpec()
