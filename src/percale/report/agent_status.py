"""The status of an agent, as text and as JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from percale.agent.status import Status
from percale.report.counts import counted
from percale.report.terminal import plain


def status_json(status: Status) -> str:
    return json.dumps({"schemaVersion": 1, "inSync": status.in_sync, **_camel(asdict(status))}, indent=2)


def _camel(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {_name(name): _with_names(one) for name, one in fields.items()}


def _with_names(value: object) -> object:
    match value:
        case dict():
            return _camel(value)
        case list() | tuple():
            return [_with_names(one) for one in value]
        case _:
            return value


def _name(field: str) -> str:
    first, *others = field.split("_")
    return "".join([first, *(word.capitalize() for word in others)])


def status_text(status: Status) -> str:
    rows = list(_rows(status))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name + ':':{width + 3}}{plain(text)}" for name, text in rows)


def _rows(status: Status) -> Iterator[tuple[str, str]]:
    yield "node", status.node
    yield "mode", status.mode
    yield "in sync", _sync(status)
    yield "revision", status.revision or "none yet"
    yield "endpoints", str(status.endpoints)
    yield "policies", str(status.policies)
    latency = status.latency
    yield "latency", f"{latency.last_s * 1000:.1f} ms last, {latency.worst_s * 1000:.1f} ms worst"
    yield "loads", f"{status.loads}, {counted(status.failures, 'failure', 'failures')}"
    yield "repairs", str(status.repairs)
    since = datetime.fromtimestamp(status.started_at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    yield "agent", f"percale {status.version}, since {since}"
    for address in status.unattached:
        yield "no interface known", address
    if status.cut_flows:
        yield "cut", counted(status.cut_flows, "live connection")
    for rule in status.left_out:
        yield "left out", f"{rule}: asks for domain names"
    for one in status.invalid:
        yield "invalid", f"{one.name}: {one.problems[0]}"


def _sync(status: Status) -> str:
    if status.in_sync:
        return "yes"
    reasons = [status.store_error, status.kernel_error]
    return ", ".join(["no", *filter(None, reasons)])
