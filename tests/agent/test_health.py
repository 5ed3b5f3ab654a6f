"""What is answered by HTTP."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from etcd_servers import free_port
from percale.agent.health import CannotListen, HealthAddress, answer_to, serve
from percale.agent.status import Status

IN_SYNC = Status('no"de\n', "enforce", "1", 7.5, enforcing=True, endpoints=3, failures=2, repairs=1)


@pytest.mark.parametrize(
    ("path", "status", "is_alive", "answer"),
    [
        ("/healthz", IN_SYNC, True, 200),
        ("/healthz", IN_SYNC, False, 503),
        ("/readyz", IN_SYNC, True, 200),
        ("/readyz", replace(IN_SYNC, enforcing=False), True, 503),
        ("/readyz", replace(IN_SYNC, store_error="away"), True, 503),
        ("/readyz", replace(IN_SYNC, kernel_error="no"), True, 503),
        ("/metrics", IN_SYNC, False, 200),
        ("/", IN_SYNC, True, 404),
    ],
)
def test_answers(path: str, status: Status, is_alive: bool, answer: int) -> None:  # noqa: FBT001
    assert answer_to(path, status, is_alive=is_alive).status == answer


def test_metrics_can_be_read_back() -> None:
    """By Prometheus' own reader, names of strangers and all."""
    text = answer_to("/metrics", IN_SYNC, is_alive=True).body.decode()
    samples = {one.name: one for family in text_string_to_metric_families(text) for one in family.samples}
    assert samples["percale_agent_info"].labels["node"] == 'no"de\n'
    assert samples["percale_in_sync"].value == 1
    assert samples["percale_endpoints"].value == 3
    assert samples["percale_repairs_total"].value == 1
    assert samples["calico_enforcement_errors_total"].value == samples["percale_load_failures_total"].value == 2
    assert all(name.startswith(("percale_", "calico_")) for name in samples)


@contextmanager
def served(host: str) -> Iterator[HealthAddress]:
    address = HealthAddress(host, free_port())
    close = serve(address, lambda: IN_SYNC, lambda: True)
    try:
        yield address
    finally:
        close()


@pytest.mark.parametrize(("host", "asked"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("", "127.0.0.1")])
def test_it_is_served_at_an_address(host: str, asked: str) -> None:
    with served(host) as address:
        with urllib.request.urlopen(f"http://{asked}:{address.port}/readyz?verbose", timeout=60) as answer:
            assert (answer.status, answer.read()) == (200, b"ok\n")
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"http://{asked}:{address.port}/etc/passwd", timeout=60)
        refused.value.close()


def test_an_address_that_is_taken_is_said_to_be() -> None:
    with served("127.0.0.1") as address, pytest.raises(CannotListen, match="Address already in use"):
        serve(address, lambda: IN_SYNC, lambda: True)
