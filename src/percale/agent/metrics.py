"""A status as Prometheus reads it: made when it is asked for, and nothing is counted twice."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from percale.agent.status import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(status: Status) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Collected(status))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        info = GaugeMetricFamily("percale_agent_info", "What runs here.", labels=("node", "mode", "version"))
        info.add_metric((status.node, status.mode, status.version), 1)
        yield info
        for name, (help_text, value) in _GAUGES.items():
            yield GaugeMetricFamily(name, help_text, value=value(status))
        for name, (help_text, value) in _COUNTERS.items():
            yield CounterMetricFamily(name, help_text, value=value(status))


_Value = Callable[[Status], float]

_GAUGES: dict[str, tuple[str, _Value]] = {
    "percale_agent_start_time_seconds": ("When the agent started, since the epoch.", lambda one: one.started_at),
    "percale_in_sync": ("Whether the kernel has what the datastore says.", lambda one: one.in_sync),
    "percale_datastore_reachable": ("Whether the datastore is followed.", lambda one: not one.store_error),
    "percale_endpoints": ("Local endpoints that are enforced.", lambda one: one.endpoints),
    "percale_policies": ("Policies of the datastore.", lambda one: one.policies),
    "percale_invalid_objects": ("Objects that are left out.", lambda one: len(one.invalid)),
    "percale_left_out_rules": ("Rules that the kernel cannot be asked for.", lambda one: len(one.left_out)),
    "percale_unattached_addresses": (
        "Addresses of local endpoints that no interface is known for.",
        lambda one: len(one.unattached),
    ),
    "percale_cut_flows": ("Live connections that are cut.", lambda one: one.cut_flows),
    "percale_update_latency_last_seconds": (
        "From the last change's arrival until the kernel had it.",
        lambda one: one.latency.last_s,
    ),
    "percale_update_latency_worst_seconds": (
        "The longest of those since the start.",
        lambda one: one.latency.worst_s,
    ),
}
_COUNTERS: dict[str, tuple[str, _Value]] = {
    "percale_batches": ("Batches of changes that were taken.", lambda one: one.batches),
    "percale_loads": ("Times that the kernel was given something else.", lambda one: one.loads),
    "percale_load_failures": ("Times that this failed.", lambda one: one.failures),
    "percale_repairs": ("Times that others had changed our tables.", lambda one: one.repairs),
    "percale_datastore_losses": ("Times that the datastore was lost.", lambda one: one.store_losses),
    "calico_enforcement_errors": ("The failures, under the name that runbooks know.", lambda one: one.failures),
}
