"""WorkloadEndpoints as orchestrators write them, and what endpoints inherit by their profiles.

Source: Calico's libcalico-go/lib/apis/internalapi/workloadendpoint.go.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from itertools import takewhile

from percale.policy import labels
from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.from_workloads import Inherited
from percale.resources.protocol import parse_protocol
from percale.resources.workload_endpoint import WorkloadEndpoint
from percale.traffic.addresses import lenient_network

_SYNTHETIC = (labels.NAMESPACE_PREFIX, labels.SERVICE_ACCOUNT_PREFIX)
_NAMESPACE_PROFILE, _ACCOUNT_PROFILE = "kns.", "ksa."


def labels_by_profile(
    profiles: Iterable[str], inherited: Inherited, written: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Of several profiles that give the same label, the first in the list wins."""
    found: dict[str, str] = {}
    for name in profiles:
        for key, value in _given_by(name, inherited, written).items():
            found.setdefault(key, value)
    return found


def _given_by(name: str, inherited: Inherited, written: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    if name in written:
        return written[name]
    if name.startswith(_NAMESPACE_PROFILE):
        return inherited.from_namespace(name.removeprefix(_NAMESPACE_PROFILE))
    if name.startswith(_ACCOUNT_PROFILE):
        namespace, _, account = name.removeprefix(_ACCOUNT_PROFILE).partition(".")
        return inherited.from_service_account(namespace, account)
    return {}


def namespace_profile_name(namespace: str) -> str:
    return _NAMESPACE_PROFILE + namespace


def account_profile_name(namespace: str, name: str) -> str:
    return f"{_ACCOUNT_PROFILE}{namespace}.{name}"


def workload_endpoint_name(resource: WorkloadEndpoint) -> str:
    """The pod's where there is one."""
    return resource.spec.pod or resource.spec.workload or resource.metadata.name


def workload_endpoint_from(resource: WorkloadEndpoint, inherited: Mapping[str, str]) -> Endpoint:
    """`inherited` are its profiles' labels; its own win over them, and implicit ones over its own."""
    spec, namespace = resource.spec, resource.metadata.namespace
    own = {key: value for key, value in resource.metadata.labels.items() if not key.startswith(_SYNTHETIC)}
    account = {labels.SERVICE_ACCOUNT: spec.service_account_name} if spec.service_account_name else {}
    implicit = {labels.NAMESPACE: namespace, labels.ORCHESTRATOR: spec.orchestrator, **account}
    return Endpoint(
        kind=EndpointKind.WORKLOAD,
        namespace=namespace,
        name=workload_endpoint_name(resource),
        labels={**inherited, **own, **implicit},
        networks=tuple(map(lenient_network, spec.ip_networks)),
        ports=tuple(
            EndpointPort(parse_protocol(port.protocol), port.port, port.name, port.host_port, port.host_ip)
            for port in spec.ports
            if port.name or port.host_port
        ),
        profiles=spec.profiles,
        node=spec.node,
        resource_kind=resource.kind,
    )


def without_missing(one: Endpoint, profiles: Container[str]) -> Endpoint:
    """A profile that does not exist denies everything, so that those after it are never asked."""
    # Those of service accounts exist for their labels alone: they have no rules.
    there = tuple(takewhile(lambda name: name in profiles or name.startswith(_ACCOUNT_PROFILE), one.profiles))
    return one if there == one.profiles else replace(one, profiles=there)
