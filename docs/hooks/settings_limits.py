# ruff: noqa: INP001, SLF001  a script of the documentation's build, which reads what validation keeps to itself
"""What fields of FelixConfiguration and KubeControllersConfiguration may hold."""

from collections.abc import Mapping

from limit_words import (
    ANNOTATIONS,
    CIDR,
    DURATION,
    KUBERNETES_PROTOCOL,
    LABELS,
    PORT_OR_NONE,
    SELECTOR,
    SUBDOMAIN,
    between,
    most,
    one_of,
)

from percale.resources.validation import felix_configurations, kube_controllers_configurations

_FELIX: Mapping[str, str] = {
    **{name: f"{one_of(choices)}, in any case" for name, choices in felix_configurations._IN_ANY_CASE.items()},
    **{name: one_of(choices) for name, choices in felix_configurations._EXACTLY.items()},
    **{name: between(*ends) for name, ends in felix_configurations._NUMBERS.items()},
    **dict.fromkeys(felix_configurations._DURATIONS, DURATION),
}
_ENABLED = one_of(kube_controllers_configurations.ENABLED)

LIMITS: Mapping[str, str] = {
    "ProtocolPort.port": PORT_OR_NONE,
    "ProtocolPort.protocol": f"{KUBERNETES_PROTOCOL}, in any case",
    "ProtocolPort.net": CIDR,
    "RouteTableRange.min": "at least 1",
    "RouteTableRange.max": f"{most(felix_configurations.LAST_ROUTE_TABLE)}, not below `min`",
    "FelixConfigurationSpec.node_selector": f"{SELECTOR}; not on `default` and `node.NAME`",
    "FelixConfigurationSpec.log_prefix": "letters, digits, blanks and `%:/_-`",
    "FelixConfigurationSpec.log_action_rate_limit": "1 to 9999 per `second`, `minute`, `hour` or `day`",
    "FelixConfigurationSpec.kube_node_port_ranges": (
        f"{most(felix_configurations.MOST_NODE_PORT_RANGES)} ports or ranges such as `30000:32767`"
    ),
    "FelixConfigurationSpec.route_table_range": "within 1 to 250; excludes `routeTableRanges`",
    "FelixConfigurationSpec.route_table_ranges": f"{most(felix_configurations.MOST_ROUTE_TABLES)} tables altogether",
    "Controller.reconciler_period": DURATION,
    "NodeController.reconciler_period": DURATION,
    "NodeController.leak_grace_period": DURATION,
    "NodeController.sync_labels": _ENABLED,
    "AutoHostEndpoints.auto_create": _ENABLED,
    "AutoHostEndpoints.create_default_host_endpoint": _ENABLED,
    "HostEndpointTemplate.generate_name": SUBDOMAIN,
    "HostEndpointTemplate.interface_cidrs": f"{CIDR} each, each once",
    "HostEndpointTemplate.interface_pattern": "regular expression",
    "HostEndpointTemplate.labels": LABELS,
    "HostEndpointTemplate.annotations": ANNOTATIONS,
    "HostEndpointTemplate.node_selector": SELECTOR,
    "LoadBalancerController.assign_ips": one_of(kube_controllers_configurations.ASSIGN_IPS),
    "MigrationController.policy_name_migrator": _ENABLED,
    "KubeControllersConfigurationSpec.log_severity_screen": one_of(kube_controllers_configurations.LOG_SEVERITIES),
    "KubeControllersConfigurationSpec.health_checks": _ENABLED,
    "KubeControllersConfigurationSpec.etcd_v3_compaction_period": DURATION,
    "KubeControllersConfigurationSpec.prometheus_metrics_port": PORT_OR_NONE,
    "KubeControllersConfigurationSpec.debug_profile_port": PORT_OR_NONE,
} | {f"FelixConfigurationSpec.{name}": text for name, text in _FELIX.items()}
