"""FelixConfiguration as settings: per host before selector before cluster-wide before built-in.

Source: Calico's felix/config/config_params.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from percale.policy.settings import FailsafePort, HostSettings, LogLimit, ToHost
from percale.policy.world import Node
from percale.resources.felix_configuration import FelixConfiguration, FelixConfigurationSpec, ProtocolPort
from percale.selector import parse
from percale.traffic.addresses import lenient_network
from percale.traffic.protocols import NUMBER_OF

_CLUSTER = "default"
_OF_NODE = "node."


def cluster_settings(configurations: Iterable[FelixConfiguration]) -> HostSettings:
    return _settings(_named(configurations, _CLUSTER))


def settings_by_node(
    configurations: Iterable[FelixConfiguration], nodes: Iterable[Node], cluster: HostSettings
) -> Mapping[str, HostSettings]:
    """Only the nodes that something narrower than the cluster's object is said about."""
    configurations = list(configurations)
    labels = {node.name: node.labels for node in nodes}
    names = labels.keys() | nodes_named(configurations)
    found = {name: node_settings(name, labels.get(name, {}), configurations) for name in names}
    return {name: settings for name, settings in found.items() if settings != cluster}


def nodes_named(configurations: Iterable[FelixConfiguration]) -> set[str]:
    """Those with an object of their own."""
    return {one.metadata.name.removeprefix(_OF_NODE) for one in configurations if _is_of_node(one)}


def node_settings(name: str, labels: Mapping[str, str], configurations: Sequence[FelixConfiguration]) -> HostSettings:
    # The oldest of several that select the node wins; without times, the first in order of name.
    selecting = [one for one in configurations if _selects(one, labels)]
    oldest = sorted(selecting, key=lambda one: (one.metadata.creation_timestamp, one.metadata.name))[:1]
    return _settings([*_named(configurations, _CLUSTER), *oldest, *_named(configurations, _OF_NODE + name)])


def _named(configurations: Iterable[FelixConfiguration], name: str) -> list[FelixConfiguration]:
    return [one for one in configurations if one.metadata.name == name]


def _is_of_node(one: FelixConfiguration) -> bool:
    return one.metadata.name.startswith(_OF_NODE)


def _selects(one: FelixConfiguration, labels: Mapping[str, str]) -> bool:
    return one.spec.node_selector is not None and parse(one.spec.node_selector).matches(labels)


def _settings(configurations: Iterable[FelixConfiguration]) -> HostSettings:
    """Field by field, the last of them that says something."""
    said: dict[str, Any] = {}
    for one in configurations:
        said |= {name: value for name, value in msgspec.structs.asdict(one.spec).items() if value is not None}
    spec = msgspec.structs.replace(FelixConfigurationSpec(), **said)
    changes: dict[str, Any] = {}
    if spec.default_endpoint_to_host_action is not None:
        changes["to_host"] = ToHost(spec.default_endpoint_to_host_action.capitalize())
    if spec.failsafe_inbound_host_ports is not None:
        changes["failsafe_inbound"] = tuple(map(_failsafe, spec.failsafe_inbound_host_ports))
    if spec.failsafe_outbound_host_ports is not None:
        changes["failsafe_outbound"] = tuple(map(_failsafe, spec.failsafe_outbound_host_ports))
    if spec.log_prefix is not None:
        changes["log_prefix"] = spec.log_prefix
    if spec.log_action_rate_limit is not None:
        changes["log_limit"] = LogLimit(spec.log_action_rate_limit, spec.log_action_rate_limit_burst or 5)
    if spec.disable_conntrack_invalid_check is not None:
        changes["drops_invalid"] = not spec.disable_conntrack_invalid_check
    deny = spec.nftables_filter_deny_action or spec.iptables_filter_deny_action
    if deny is not None:
        changes["rejects"] = deny.capitalize() == "Reject"
    return HostSettings(**changes)


def _failsafe(port: ProtocolPort) -> FailsafePort:
    return FailsafePort(NUMBER_OF[port.protocol.upper()], port.port, lenient_network(port.net) if port.net else None)
