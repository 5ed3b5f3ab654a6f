"""Pods and what makes pods: only what policy reads of them."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT, port_name_faults
from percale.resources.validation import names
from percale.resources.validation.kubernetes_policies import protocol_findings
from percale.resources.validation.metadata import annotation_findings, label_findings
from percale.resources.validation.schema import out_of_range
from percale.resources.workload import (
    Container,
    ContainerPort,
    CronJob,
    Pod,
    PodSpec,
    PodStatus,
    PodTemplate,
    Workload,
)
from percale.selector.errors import shortened
from percale.traffic.addresses import address


def pod_findings(pod: Pod) -> Iterator[Fault]:
    yield from _pod_spec(pod.spec, ("spec",))
    yield from _pod_status(pod.status)


def workload_findings(workload: Workload) -> Iterator[Fault]:
    yield from _template(workload.spec.template, ("spec", "template"))


def cron_job_findings(job: CronJob) -> Iterator[Fault]:
    yield from _template(job.spec.job_template.spec.template, ("spec", "jobTemplate", "spec", "template"))


def _template(template: PodTemplate, path: Path) -> Iterator[Fault]:
    yield from label_findings(template.metadata.labels, (*path, "metadata", "labels"))
    yield from annotation_findings(template.metadata.annotations, (*path, "metadata", "annotations"))
    yield from _pod_spec(template.spec, (*path, "spec"))


def _pod_spec(spec: PodSpec, path: Path) -> Iterator[Fault]:
    if spec.service_account_name:
        wrongs = names.subdomain(spec.service_account_name)
        yield from (Fault((*path, "serviceAccountName"), f"service account: {wrong}") for wrong in wrongs)
    yield from _containers(spec.init_containers, (*path, "initContainers"))
    yield from _containers(spec.containers, (*path, "containers"))


def _containers(containers: tuple[Container, ...], path: Path) -> Iterator[Fault]:
    for at, container in enumerate(containers):
        seen: set[str] = set()
        for index, port in enumerate(container.ports):
            yield from _container_port(port, (*path, at, "ports", index))
            if port.name in seen:
                says = f'Duplicate value: "{shortened(port.name)}"'
                yield Fault((*path, at, "ports", index, "name"), says, "ports of one container have names of their own")
            elif port.name:
                seen.add(port.name)


def _container_port(port: ContainerPort, path: Path) -> Iterator[Fault]:
    yield from out_of_range(port.container_port, 1, LAST_PORT, (*path, "containerPort"))
    if port.host_port:
        yield from out_of_range(port.host_port, 1, LAST_PORT, (*path, "hostPort"))
    yield from protocol_findings(port.protocol, (*path, "protocol"))
    if port.name:
        yield from (Fault((*path, "name"), f"port name: {wrong}") for wrong in port_name_faults(port.name))


def _pod_status(status: PodStatus) -> Iterator[Fault]:
    if status.pod_ip:
        yield from _address(status.pod_ip, ("status", "podIP"))
    for index, pod_ip in enumerate(status.pod_ips):
        yield from _address(pod_ip.ip, ("status", "podIPs", index, "ip"))


def _address(text: str, path: Path) -> Iterator[Fault]:
    try:
        address(text)
    except ValueError:
        yield Fault(path, f"must be a valid IP address, found `{shortened(text)}`")
