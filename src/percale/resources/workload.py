"""Pods, and the kinds that make pods from a template: only what policy needs is read."""

import msgspec

from percale.resources.wire import ObjectMeta, Open


class ContainerPort(Open, frozen=True):
    #: The port that the container listens on.
    container_port: int
    #: What rules and Services call the port by.
    name: str = ""
    #: The port's protocol.
    protocol: str = "TCP"
    #: A port of the node that leads here; 0 is none.
    host_port: int = 0
    #: The node's address of that port. Without it, every address.
    host_ip: str = msgspec.field(default="", name="hostIP")


class Container(Open, frozen=True):
    #: The container's name.
    name: str = ""
    #: The container's ports; a port that is not listed is open all the same, but has no name.
    ports: tuple[ContainerPort, ...] = ()


class PodSpec(Open, frozen=True):
    #: The pod's containers, for the names of their ports.
    containers: tuple[Container, ...] = ()
    #: Containers that run first; the names of their ports count too.
    init_containers: tuple[Container, ...] = ()
    #: The node that the pod runs on.
    node_name: str = ""
    #: The service account that the pod runs under. Default: `default`.
    service_account_name: str = ""
    #: The old name of the field before.
    service_account: str = ""
    #: Whether the pod shares the network of its node. Such a pod is the host: no policy selects it.
    host_network: bool = False


class PodIp(Open, frozen=True):
    #: The address.
    ip: str


class PodStatus(Open, frozen=True):
    #: How far the pod is: one that has `Succeeded` or `Failed` is left out, since its addresses are free again.
    phase: str = ""
    #: The pod's address. Without it, Percale gives it one.
    pod_ip: str = msgspec.field(default="", name="podIP")
    #: The pod's addresses, one for each IP version.
    pod_ips: tuple[PodIp, ...] = msgspec.field(default=(), name="podIPs")


class OpenResource(Open, frozen=True, kw_only=True):
    """A Kubernetes object whose other fields are its controller's business."""

    #: Group and version, as above.
    api_version: str
    #: The kind, as above.
    kind: str
    #: Name, namespace, labels and annotations.
    metadata: ObjectMeta = ObjectMeta()

    def __str__(self) -> str:
        where = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {where}{self.metadata.name or self.metadata.generate_name}"


class Pod(OpenResource, frozen=True, kw_only=True):
    #: What the pod runs.
    spec: PodSpec = PodSpec()
    #: The pod's addresses and phase.
    status: PodStatus = PodStatus()


class PodTemplate(Open, frozen=True):
    #: The labels and annotations of the pods.
    metadata: ObjectMeta = ObjectMeta()
    #: What the pods run.
    spec: PodSpec = PodSpec()


class TemplatedSpec(Open, frozen=True):
    #: The pods that it makes: together they are one endpoint.
    template: PodTemplate = PodTemplate()


class Workload(OpenResource, frozen=True, kw_only=True):
    """Deployment, StatefulSet, DaemonSet, ReplicaSet, Job."""

    #: How pods are made.
    spec: TemplatedSpec = TemplatedSpec()


class JobTemplate(Open, frozen=True):
    #: How the job makes pods.
    spec: TemplatedSpec = TemplatedSpec()


class CronJobSpec(Open, frozen=True):
    #: The jobs that it makes.
    job_template: JobTemplate = JobTemplate()


class CronJob(OpenResource, frozen=True, kw_only=True):
    #: How jobs are made.
    spec: CronJobSpec = CronJobSpec()


class Namespace(OpenResource, frozen=True, kw_only=True):
    pass


class ServiceAccount(OpenResource, frozen=True, kw_only=True):
    pass


class ServicePort(Open, frozen=True):
    #: The port of the cluster IP.
    port: int
    #: The port's name; several ports need names.
    name: str = ""
    #: The port's protocol.
    protocol: str = "TCP"
    #: The port of the endpoints, by number or by name. Default: `port`.
    target_port: int | str | None = None
    #: The port of every node that leads here; 0 is none.
    node_port: int = 0


class ServiceSpec(Open, frozen=True):
    #: The labels of the pods behind the Service. Without any, its endpoints are written by others.
    selector: dict[str, str] = {}
    #: What the Service listens on, and where it leads.
    ports: tuple[ServicePort, ...] = ()
    #: From where the Service can be reached.
    type: str = "ClusterIP"
    #: Addresses outside the cluster that lead here too, wherever they arrive at a node.
    external_ips: tuple[str, ...] = msgspec.field(default=(), name="externalIPs")
    #: Whether traffic from outside may go on to other nodes, from an address of the first: `Cluster`, or `Local`, which
    #: keeps the source. Default: `Cluster`.
    external_traffic_policy: str = ""
    #: Whether a Service of type `LoadBalancer` has node ports. Default: true.
    allocate_load_balancer_node_ports: bool | None = None
    #: The IP versions that the Service is reached by. Default: those of `clusterIPs`.
    ip_families: tuple[str, ...] = ()
    #: The Service's address in the cluster; no rule matches it.
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    #: The Service's addresses in the cluster, one for each IP version.
    cluster_ips: tuple[str, ...] = msgspec.field(default=(), name="clusterIPs")
    #: The name that a Service of type `ExternalName` stands for; it has no endpoints.
    external_name: str = ""


class Service(OpenResource, frozen=True, kw_only=True):
    #: Which pods are behind which ports.
    spec: ServiceSpec = ServiceSpec()
