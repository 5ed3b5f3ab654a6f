"""Pods, and whatever makes pods from a template, as endpoints.

Source: Calico's libcalico-go/lib/apis/internalapi/workloadendpoint.go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from percale.policy import labels
from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.policies import Profile
from percale.policy.rules import ALLOW_ALL
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.wire import ObjectMeta
from percale.resources.workload import (
    CronJob,
    Namespace,
    OpenResource,
    Pod,
    PodSpec,
    ServiceAccount,
    Workload,
)
from percale.traffic.addresses import Network, address, lenient_network, single
from percale.traffic.protocols import NUMBER_OF

_FINISHED = ("Succeeded", "Failed")
_SYNTHETIC = (labels.NAMESPACE_PREFIX, labels.SERVICE_ACCOUNT_PREFIX)


@dataclass(frozen=True)
class Inherited:
    """What endpoints get from their namespaces and service accounts, declared or only named."""

    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    service_accounts: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, namespaces: Iterable[Namespace], accounts: Iterable[ServiceAccount]) -> "Inherited":
        return cls(
            {one.metadata.name: one.metadata.labels for one in namespaces},
            {(one.metadata.namespace, one.metadata.name): one.metadata.labels for one in accounts},
        )

    def from_namespace(self, name: str) -> dict[str, str]:
        """Kubernetes and Calico each label every namespace with its name."""
        own = {**self.namespaces.get(name, {}), labels.METADATA_NAME: name, labels.NAME: name}
        return {labels.NAMESPACE_PREFIX + key: value for key, value in own.items()}

    def from_service_account(self, namespace: str, name: str) -> dict[str, str]:
        own = {**self.service_accounts.get((namespace, name), {}), labels.NAME: name}
        return {labels.SERVICE_ACCOUNT_PREFIX + key: value for key, value in own.items()}


def is_finished(resource: OpenResource) -> bool:
    return isinstance(resource, Pod) and resource.status.phase in _FINISHED


def pod_template(resource: Pod | Workload | CronJob) -> tuple[ObjectMeta, PodSpec]:
    match resource:
        case Pod():
            return resource.metadata, resource.spec
        case Workload():
            return resource.spec.template.metadata, resource.spec.template.spec
        case CronJob():
            template = resource.spec.job_template.spec.template
            return template.metadata, template.spec


@dataclass(frozen=True, slots=True)
class Draft:
    """A workload as far as its own manifest tells: with the labels that it was given, and no others."""

    endpoint: Endpoint
    account: str
    is_on_host: bool
    #: Whether it only makes pods, and gives way to them where they are known themselves.
    is_template: bool


def draft_from(resource: Pod | Workload | CronJob) -> Draft:
    metadata, spec = pod_template(resource)
    namespace = resource.metadata.namespace
    account = spec.service_account_name or spec.service_account or "default"
    endpoint = Endpoint(
        kind=EndpointKind.WORKLOAD,
        namespace=namespace,
        name=resource.metadata.name or resource.metadata.generate_name,
        labels={key: value for key, value in metadata.labels.items() if not key.startswith(_SYNTHETIC)},
        networks=_addresses(resource),
        ports=_ports(spec),
        profiles=(f"kns.{namespace}", f"ksa.{namespace}.{account}"),
        node=spec.node_name,
        resource_kind=resource.kind,
        owners=_owners(resource.metadata),
    )
    return Draft(endpoint, account, spec.host_network, not isinstance(resource, Pod))


def workload_labels(draft: Draft, inherited: Inherited) -> dict[str, str]:
    one = draft.endpoint
    return {
        **one.labels,
        **inherited.from_service_account(one.namespace, draft.account),
        **inherited.from_namespace(one.namespace),
        labels.NAMESPACE: one.namespace,
        labels.ORCHESTRATOR: labels.KUBERNETES,
        labels.SERVICE_ACCOUNT: draft.account,
    }


def workload_from(draft: Draft, labels: Mapping[str, str], owners: tuple[str, ...]) -> Endpoint:
    """With the labels that it has and inherits, and all its owners."""
    return replace(draft.endpoint, labels=labels, owners=owners)


def _addresses(resource: Pod | Workload | CronJob) -> tuple[Network, ...]:
    if not isinstance(resource, Pod):
        return ()
    status = resource.status
    texts = dict.fromkeys([*(one.ip for one in status.pod_ips), status.pod_ip])
    return tuple(single(address(text)) for text in texts if text)


def _ports(spec: PodSpec) -> tuple[EndpointPort, ...]:
    found = (
        EndpointPort(NUMBER_OF[port.protocol], port.container_port, port.name, port.host_port, port.host_ip)
        for container in (*spec.init_containers, *spec.containers)
        for port in container.ports
    )
    return tuple(dict.fromkeys(found))


def _owners(metadata: ObjectMeta) -> tuple[str, ...]:
    return tuple(f"{one.get('kind')}/{one.get('name')}" for one in metadata.owner_references if isinstance(one, dict))


def network_set_from(resource: NetworkSet | GlobalNetworkSet, inherited: Inherited) -> Endpoint:
    """Matched by rules as endpoints are, and never the subject of a policy."""
    namespace = resource.metadata.namespace if isinstance(resource, NetworkSet) else ""
    implicit = {labels.NAMESPACE: namespace, **inherited.from_namespace(namespace)} if namespace else {}
    return Endpoint(
        kind=EndpointKind.NETWORK_SET,
        namespace=namespace,
        name=resource.metadata.name,
        labels={**resource.metadata.labels, **implicit},
        networks=tuple(map(lenient_network, resource.spec.nets)),
        resource_kind=resource.kind,
        domains=resource.spec.allowed_egress_domains,
    )


def namespace_profile(namespace: str) -> Profile:
    """Why a pod without policy is open."""
    return Profile(f"kns.{namespace}", (ALLOW_ALL,), (ALLOW_ALL,))
