"""What calico-kube-controllers does, automatic host endpoints among it: calico-semantics §1.15."""

import msgspec

from percale.resources.wire import Resource, Wire


class Controller(Wire, frozen=True):
    """A controller that is on because it is there: §1.15."""

    #: A duration such as `5m`, which it is if left out.
    reconciler_period: str | None = None


class HostEndpointTemplate(Wire, frozen=True):
    """Host endpoints to make on each selected node: §1.15. One of the two ways to name interfaces must be given."""

    #: Part of the names of what is made.
    generate_name: str = ""
    #: The node's addresses inside these become expected addresses.
    interface_cidrs: tuple[str, ...] = msgspec.field(default=(), name="interfaceCIDRs")
    #: A regular expression; each interface that it matches gets an endpoint.
    interface_pattern: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    node_selector: str = ""


class AutoHostEndpoints(Wire, frozen=True):
    """Which host endpoints are made for nodes: §1.15."""

    #: `Enabled` or `Disabled`.
    auto_create: str = "Disabled"
    #: `Enabled` or `Disabled`: the endpoint that covers every interface of a node.
    create_default_host_endpoint: str = "Enabled"
    templates: tuple[HostEndpointTemplate, ...] = ()


class NodeController(Wire, frozen=True):
    """Cleans up after nodes, and makes host endpoints for them: §1.15."""

    #: A duration such as `5m`, which it is if left out.
    reconciler_period: str | None = None
    #: `Enabled` or `Disabled`: copy the labels of Kubernetes' nodes to Calico's.
    sync_labels: str = "Enabled"
    host_endpoint: AutoHostEndpoints | None = None
    #: A duration such as `15m`, which it is if left out: after it an address nobody uses counts as leaked.
    leak_grace_period: str | None = None


class LoadBalancerController(Wire, frozen=True):
    """Gives addresses to services: §1.15."""

    #: `AllServices` or `RequestedServicesOnly`.
    assign_ips: str = msgspec.field(default="AllServices", name="assignIPs")


class MigrationController(Wire, frozen=True):
    """Renames policies stored by old releases: §1.7 and §1.15."""

    #: `Enabled` or `Disabled`; the wire calls it `enabled`.
    policy_name_migrator: str = msgspec.field(default="Enabled", name="enabled")


class Controllers(Wire, frozen=True):
    """Which controllers run; each one that is left out is off: §1.15."""

    node: NodeController | None = None
    policy: Controller | None = None
    workload_endpoint: Controller | None = None
    service_account: Controller | None = None
    namespace: Controller | None = None
    load_balancer: LoadBalancerController | None = None
    migration: MigrationController | None = msgspec.field(default=None, name="policyMigration")


class KubeControllersConfigurationSpec(Wire, frozen=True):
    """Settings of calico-kube-controllers: §1.15."""

    #: `None`, `Debug`, `Info`, `Warning`, `Error`, `Fatal` or `Panic`.
    log_severity_screen: str = "Info"
    #: `Enabled` or `Disabled`.
    health_checks: str = "Enabled"
    #: A duration such as `10m`, which it is if left out; `0` for never.
    etcd_v3_compaction_period: str | None = msgspec.field(default=None, name="etcdV3CompactionPeriod")
    #: 0-65535; 9094 if left out, 0 for none.
    prometheus_metrics_port: int | None = None
    #: 0-65535; none if left out.
    debug_profile_port: int | None = None
    controllers: Controllers = Controllers()


class KubeControllersConfiguration(Resource, frozen=True, kw_only=True):
    """Which controllers run and which host endpoints they make: §1.15. There is one, named `default`."""

    spec: KubeControllersConfigurationSpec = KubeControllersConfigurationSpec()
