"""FelixConfiguration: libcalico-go/lib/validator/v3."""

import re
from collections.abc import Iterator

import msgspec

from percale.resources.faults import Fault, Path
from percale.resources.felix_configuration import (
    FelixConfiguration,
    FelixConfigurationSpec,
    ProtocolPort,
    RouteTableRange,
)
from percale.resources.ports import LAST_PORT, InvalidPort, NamedPort, parse_port
from percale.resources.validation.durations import duration_findings
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import out_of_range, unsupported
from percale.resources.validation.selectors import selector_findings
from percale.selector.errors import shortened

MOST_NODE_PORT_RANGES = 7
LAST_ROUTE_TABLE = (1 << 32) - 1
MOST_ROUTE_TABLES = 0xFFFF

_ENABLED = ("Enabled", "Disabled")
_LOG_SEVERITIES = ("Trace", "Debug", "Info", "Warning", "Error", "Fatal")
#: Choices that Felix takes in any case of letters, and empty for its default.
_IN_ANY_CASE = {
    "chain_insert_mode": ("Insert", "Append"),
    "default_endpoint_to_host_action": ("Drop", "Accept", "Return"),
    "iptables_filter_allow_action": ("Accept", "Return"),
    "iptables_mangle_allow_action": ("Accept", "Return"),
    "nftables_filter_allow_action": ("Accept", "Return"),
    "nftables_mangle_allow_action": ("Accept", "Return"),
    "iptables_filter_deny_action": ("Drop", "Reject"),
    "nftables_filter_deny_action": ("Drop", "Reject"),
    "service_loop_prevention": ("Drop", "Reject", "Disabled"),
    "workload_source_spoofing": ("Disabled", "Any"),
    "log_severity_screen": _LOG_SEVERITIES,
}
_EXACTLY = {
    "iptables_backend": ("Legacy", "NFT", "Auto"),
    "nftables_mode": ("Enabled", "Disabled", "Auto"),
    "ip_forwarding": _ENABLED,
    "flow_logs_local_reporter": _ENABLED,
    "flow_logs_policy_evaluation_mode": ("None", "Continuous"),
}
_NUMBERS = {
    "log_action_rate_limit_burst": (0, 9999),
    "iptables_mark_mask": (0, 0xFFFFFFFF),
    "nftables_mark_mask": (0, 0xFFFFFFFF),
    "prometheus_metrics_port": (0, LAST_PORT),
    "health_port": (0, LAST_PORT),
}
_DURATIONS = (
    "iptables_refresh_interval",
    "nftables_refresh_interval",
    "ipsets_refresh_interval",
    "flow_logs_flush_interval",
)
_LOG_PREFIX = re.compile(r"[a-zA-Z0-9%: /_-]*")
_RATE = re.compile(r"[1-9][0-9]{0,3}/(second|minute|hour|day)")

_ON_THE_WIRE = {field.name: field.encode_name for field in msgspec.structs.fields(FelixConfigurationSpec)}


def felix_configuration_findings(configuration: FelixConfiguration) -> Iterator[Fault]:
    spec = configuration.spec
    yield from _node_selector(configuration)
    yield from _choices(spec)
    for name, (first, last) in _NUMBERS.items():
        if (number := getattr(spec, name)) is not None:
            yield from out_of_range(number, first, last, _path(name))
    for name in _DURATIONS:
        yield from duration_findings(getattr(spec, name), _path(name))
    yield from _log_lines(spec)
    for name in ("failsafe_inbound_host_ports", "failsafe_outbound_host_ports"):
        for index, port in enumerate(getattr(spec, name) or ()):
            yield from _failsafe(port, (*_path(name), index))
    yield from _node_ports(spec)
    yield from _route_tables(spec)


def is_for_all_or_one(name: str) -> bool:
    """Whether the name alone says which nodes a FelixConfiguration is for."""
    return name == "default" or name.startswith("node.")


def _path(name: str) -> Path:
    return ("spec", _ON_THE_WIRE[name])


def _node_selector(configuration: FelixConfiguration) -> Iterator[Fault]:
    selector = configuration.spec.node_selector
    if selector is None:
        return
    if is_for_all_or_one(configuration.metadata.name):
        says = "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration"
        yield Fault(_path("node_selector"), says, "give the object another name")
    yield from selector_findings(selector, _path("node_selector"))


def _choices(spec: FelixConfigurationSpec) -> Iterator[Fault]:
    for name, choices in _IN_ANY_CASE.items():
        value = getattr(spec, name)
        if value and value.casefold() not in {choice.casefold() for choice in choices}:
            yield from unsupported(value, choices, _path(name))
    for name, choices in _EXACTLY.items():
        if (value := getattr(spec, name)) is not None:
            yield from unsupported(value, choices, _path(name))


def _log_lines(spec: FelixConfigurationSpec) -> Iterator[Fault]:
    if spec.log_prefix and not _LOG_PREFIX.fullmatch(spec.log_prefix):
        says = f"must be letters, digits, blanks and `%:/_-`, found `{shortened(spec.log_prefix)}`"
        yield Fault(_path("log_prefix"), says)
    if spec.log_action_rate_limit is not None and not _RATE.fullmatch(spec.log_action_rate_limit):
        says = f"must be a rate such as `10/second`, found `{shortened(spec.log_action_rate_limit)}`"
        hint = "1 to 9999 per `second`, `minute`, `hour` or `day`"
        yield Fault(_path("log_action_rate_limit"), says, hint)


def _failsafe(port: ProtocolPort, path: Path) -> Iterator[Fault]:
    if port.protocol.upper() not in ("TCP", "UDP", "SCTP"):
        says = f"protocol must be 'TCP' or 'UDP' or 'SCTP'., found `{shortened(port.protocol)}`"
        yield Fault((*path, "protocol"), says)
    yield from out_of_range(port.port, 0, LAST_PORT, (*path, "port"))
    if port.net and network_in(port.net) is None:
        yield Fault((*path, "net"), f"invalid CIDR `{shortened(port.net)}`")


def _node_ports(spec: FelixConfigurationSpec) -> Iterator[Fault]:
    path, ranges = _path("kube_node_port_ranges"), spec.kube_node_port_ranges or ()
    if len(ranges) > MOST_NODE_PORT_RANGES:
        yield Fault(path, f"node port ranges list is too long (max {MOST_NODE_PORT_RANGES})")
    for index, value in enumerate(ranges):
        try:
            if isinstance(parse_port(value), NamedPort):
                yield Fault((*path, index), "node port ranges should not contain named ports")
        except InvalidPort as invalid:
            yield Fault((*path, index), invalid.says, invalid.hint)


def _route_tables(spec: FelixConfigurationSpec) -> Iterator[Fault]:
    alone, several = spec.route_table_range, spec.route_table_ranges
    if alone and several is not None:
        yield Fault(_path("route_table_range"), "routeTableRange and routeTableRanges cannot both be set")
    if alone and not 1 <= alone.min <= alone.max <= 250:
        yield Fault(_path("route_table_range"), "must be a range of route table indices within 1..250")
    for index, tables in enumerate(several or ()):
        yield from _route_table_range(tables, (*_path("route_table_ranges"), index))
    if sum(max(0, tables.max - tables.min + 1) for tables in several or ()) > MOST_ROUTE_TABLES:
        says = f"targets too many tables: {MOST_ROUTE_TABLES} is the most"
        yield Fault(_path("route_table_ranges"), says)


def _route_table_range(tables: RouteTableRange, path: Path) -> Iterator[Fault]:
    if tables.min < 1:
        yield Fault((*path, "min"), f"min must be >= 1, found {tables.min}")
    if tables.min > tables.max:
        yield Fault((*path, "max"), f"min must not be greater than max: {tables.min} is greater than {tables.max}")
    if tables.max > LAST_ROUTE_TABLE:
        yield Fault((*path, "max"), f"max is too high: {tables.max}, the last table is {LAST_ROUTE_TABLE}")
