"""An agent's status in words and as JSON."""

import json
from dataclasses import replace

from percale.agent.status import InvalidObject, Latency, Status
from percale.report.agent_status import status_json, status_text

STATUS = Status(
    "node-1", "enforce", "0.1", 0, revision="9", enforcing=True, latency=Latency(0.0041, 0.25), endpoints=3, policies=2,
    loads=4, failures=1, repairs=1,
)  # fmt: skip


def test_as_text() -> None:
    assert status_text(STATUS) == (
        "node:       node-1\n"
        "mode:       enforce\n"
        "in sync:    yes\n"
        "revision:   9\n"
        "endpoints:  3\n"
        "policies:   2\n"
        "latency:    4.1 ms last, 250.0 ms worst\n"
        "loads:      4, 1 failure\n"
        "repairs:    1\n"
        "agent:      percale 0.1, since 1970-01-01T00:00:00Z"
    )


def test_what_is_wrong_is_said_and_cannot_rewrite_the_terminal() -> None:
    wrong = replace(
        STATUS, store_error="away\x1b[2J", unattached=("10.0.0.1",), invalid=(InvalidObject("Tier(a)", ("spec: no",)),)
    )
    lines = status_text(wrong).splitlines()
    assert "in sync:             no, away\\x1b[2J" in lines
    assert "no interface known:  10.0.0.1" in lines
    assert "invalid:             Tier(a): spec: no" in lines


def test_as_json() -> None:
    found = json.loads(status_json(STATUS))
    assert (found["schemaVersion"], found["inSync"], found["latency"]) == (1, True, {"lastS": 0.0041, "worstS": 0.25})
    assert found["storeError"] == ""
