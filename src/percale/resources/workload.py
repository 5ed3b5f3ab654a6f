"""Pods, and the kinds that make pods from a template: only what policy needs is read."""

import msgspec

from percale.resources.wire import ObjectMeta, Open


class ContainerPort(Open, frozen=True):
    container_port: int
    name: str = ""
    protocol: str = "TCP"
    host_port: int = 0
    host_ip: str = msgspec.field(default="", name="hostIP")


class Container(Open, frozen=True):
    name: str = ""
    ports: tuple[ContainerPort, ...] = ()


class PodSpec(Open, frozen=True):
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    node_name: str = ""
    service_account_name: str = ""
    service_account: str = ""
    host_network: bool = False


class PodIp(Open, frozen=True):
    ip: str


class PodStatus(Open, frozen=True):
    phase: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: tuple[PodIp, ...] = msgspec.field(default=(), name="podIPs")


class OpenResource(Open, frozen=True, kw_only=True):
    """A Kubernetes object whose other fields are its controller's business."""

    api_version: str
    kind: str
    metadata: ObjectMeta = ObjectMeta()

    def __str__(self) -> str:
        where = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {where}{self.metadata.name or self.metadata.generate_name}"


class Pod(OpenResource, frozen=True, kw_only=True):
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class PodTemplate(Open, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


class TemplatedSpec(Open, frozen=True):
    template: PodTemplate = PodTemplate()


class Workload(OpenResource, frozen=True, kw_only=True):
    """Deployment, StatefulSet, DaemonSet, ReplicaSet, Job."""

    spec: TemplatedSpec = TemplatedSpec()


class JobTemplate(Open, frozen=True):
    spec: TemplatedSpec = TemplatedSpec()


class CronJobSpec(Open, frozen=True):
    job_template: JobTemplate = JobTemplate()


class CronJob(OpenResource, frozen=True, kw_only=True):
    spec: CronJobSpec = CronJobSpec()


class Namespace(OpenResource, frozen=True, kw_only=True):
    pass


class ServiceAccount(OpenResource, frozen=True, kw_only=True):
    pass


class ServicePort(Open, frozen=True):
    port: int
    name: str = ""
    protocol: str = "TCP"
    target_port: int | str | None = None
    node_port: int = 0


class ServiceSpec(Open, frozen=True):
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = msgspec.field(default=(), name="clusterIPs")
    external_name: str = ""


class Service(OpenResource, frozen=True, kw_only=True):
    spec: ServiceSpec = ServiceSpec()
