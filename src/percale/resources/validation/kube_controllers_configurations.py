"""KubeControllersConfiguration: libcalico-go/lib/validator/v3."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.kube_controllers_configuration import (
    Controllers,
    HostEndpointTemplate,
    KubeControllersConfiguration,
    NodeController,
)
from percale.resources.ports import LAST_PORT
from percale.resources.validation import names
from percale.resources.validation.durations import duration_findings
from percale.resources.validation.metadata import annotation_findings, label_findings
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import duplicates, out_of_range, unsupported
from percale.resources.validation.selectors import selector_findings
from percale.selector.errors import shortened

ENABLED = ("Enabled", "Disabled")
LOG_SEVERITIES = ("None", "Debug", "Info", "Warning", "Error", "Fatal", "Panic")
ASSIGN_IPS = ("AllServices", "RequestedServicesOnly")

_DIALECT = re.compile(r"\\|\[\[|\(\?|--|&&|\|\||~~")

_CONTROLLERS = {
    "policy": "policy",
    "workload_endpoint": "workloadEndpoint",
    "service_account": "serviceAccount",
    "namespace": "namespace",
}


def kube_controllers_configuration_findings(configuration: KubeControllersConfiguration) -> Iterator[Fault]:
    spec = configuration.spec
    if configuration.metadata.name not in ("", "default"):
        says = 'Cannot create a Kube Controllers Configuration resource with a name other than "default"'
        yield Fault(("metadata", "name"), says, "write `name: default`")
    if spec.log_severity_screen:
        yield from unsupported(spec.log_severity_screen, LOG_SEVERITIES, ("spec", "logSeverityScreen"))
    yield from _enabled(spec.health_checks, ("spec", "healthChecks"))
    yield from duration_findings(spec.etcd_v3_compaction_period, ("spec", "etcdV3CompactionPeriod"))
    ports = (("prometheusMetricsPort", spec.prometheus_metrics_port), ("debugProfilePort", spec.debug_profile_port))
    for name, port in ports:
        if port is not None:
            yield from out_of_range(port, 0, LAST_PORT, ("spec", name))
    yield from _controllers(spec.controllers, ("spec", "controllers"))


def _controllers(controllers: Controllers, path: Path) -> Iterator[Fault]:
    for field, name in _CONTROLLERS.items():
        if controller := getattr(controllers, field):
            yield from duration_findings(controller.reconciler_period, (*path, name, "reconcilerPeriod"))
    if controllers.node:
        yield from _node(controllers.node, (*path, "node"))
    if controllers.load_balancer:
        yield from unsupported(controllers.load_balancer.assign_ips, ASSIGN_IPS, (*path, "loadBalancer", "assignIPs"))
    if controllers.migration:
        yield from _enabled(controllers.migration.policy_name_migrator, (*path, "policyMigration", "enabled"))


def _node(node: NodeController, path: Path) -> Iterator[Fault]:
    yield from duration_findings(node.reconciler_period, (*path, "reconcilerPeriod"))
    yield from duration_findings(node.leak_grace_period, (*path, "leakGracePeriod"))
    yield from _enabled(node.sync_labels, (*path, "syncLabels"))
    if node.host_endpoint:
        path = (*path, "hostEndpoint")
        yield from _enabled(node.host_endpoint.auto_create, (*path, "autoCreate"))
        yield from _enabled(node.host_endpoint.create_default_host_endpoint, (*path, "createDefaultHostEndpoint"))
        for index, template in enumerate(node.host_endpoint.templates):
            yield from _template(template, (*path, "templates", index))


def _template(template: HostEndpointTemplate, path: Path) -> Iterator[Fault]:
    if template.generate_name:
        wrongs = names.subdomain(template.generate_name)
        yield from (Fault((*path, "generateName"), f"name: {wrong}") for wrong in wrongs)
    if not (template.interface_cidrs or template.interface_pattern):
        yield Fault(path, "at least one of interfaceCIDRs or interfacePattern must be specified")
    yield from duplicates(template.interface_cidrs, (*path, "interfaceCIDRs"))
    for index, text in enumerate(template.interface_cidrs):
        if network_in(text) is None:
            yield Fault((*path, "interfaceCIDRs", index), f"invalid CIDR `{shortened(text)}`")
    yield from _pattern(template.interface_pattern, (*path, "interfacePattern"))
    yield from label_findings(template.labels, (*path, "labels"))
    yield from annotation_findings(template.annotations, (*path, "annotations"))
    yield from selector_findings(template.node_selector, (*path, "nodeSelector"))


def _pattern(text: str, path: Path) -> Iterator[Fault]:
    # Python stands in for Go where the two agree on what a pattern means, and patterns are short.
    if len(text) > 1000 or _DIALECT.search(text):
        return
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        yield Fault(path, f"`{shortened(text)}` is not a regular expression: {shortened(str(error))}")


def _enabled(value: str, path: Path) -> Iterator[Fault]:
    if value:
        yield from unsupported(value, ENABLED, path)
