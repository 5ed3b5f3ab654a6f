"""Names, labels and whatever else strangers write reaches a terminal without its control characters."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.calling import SHOP, Calls, Ended

#: Clears a screen, turns text red, rings, goes back, turns the direction of writing, and ends a line.
EVIL = "e\x1b[2J\x1b[31m\x07\b\r\u202e\u2066\x9b1mx"

_POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}}
_POLICY: dict[str, Any] = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "NetworkPolicy",
    "metadata": {"name": "a", "namespace": "b"},
}


def _policy(**spec: Any) -> dict[str, Any]:
    return _POLICY | {"spec": spec}


WRITTEN = {
    "name": _POD | {"metadata": {"name": EVIL}},
    "namespace": _POD | {"metadata": {"name": "a", "namespace": EVIL}},
    "label": _POD | {"metadata": {"name": "a", "labels": {EVIL: "1"}}},
    "label-value": _POD | {"metadata": {"name": "a", "labels": {"a": EVIL}}},
    "owner": _POD | {"metadata": {"name": "a", "ownerReferences": [{"kind": EVIL, "name": EVIL}]}},
    "address": _POD | {"status": {"podIP": EVIL}},
    "port-name": _POD | {"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 1, "name": EVIL}]}]}},
    "kind": {"apiVersion": "v1", "kind": EVIL, "metadata": {"name": "a"}},
    "apiVersion": {"apiVersion": EVIL, "kind": "NetworkPolicy", "metadata": {"name": "a"}},
    "field": _policy(**{EVIL: 1}),
    "wrong-type": _policy(order=EVIL),
    "selector": _policy(selector=f"a == '{EVIL}'"),
    "broken-selector": _policy(selector=f"{EVIL} =="),
    "tier": _policy(tier=EVIL),
    "net": _policy(ingress=[{"action": "Allow", "source": {"nets": [EVIL]}}]),
    "rule-port": _policy(ingress=[{"action": "Allow", "protocol": "TCP", "destination": {"ports": [EVIL]}}]),
    "action": _policy(ingress=[{"action": EVIL}]),
}
COMMANDS = (
    ("validate",),
    ("validate", "-o", "github"),
    ("validate", "-o", "json"),
    ("reach", "b/x", "b/a", "-p", "80"),
    ("reach", "--explain", "b/x", "b/a", "-p", "80"),
    ("reach", "any", "any"),
    ("describe", "b/a", "policy/b/a", "ns/b"),
    ("reach", "10.0.0.1", "b/a", "-p", "80", "-o", "json"),
    ("ruleset",),
)


def _is_safe(ended: Ended) -> bool:
    return all(letter.isprintable() or letter in "\n\t" for letter in ended.out + ended.err)


def test_a_terminal_would_take_it() -> None:
    assert not _is_safe(Ended(0, out=EVIL))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("where", WRITTEN)
def test_what_a_manifest_says(percale: Calls, where: str, command: tuple[str, ...]) -> None:
    other = _POD | {"metadata": {"name": "x", "namespace": "b"}, "status": {"podIP": "10.0.0.1"}}
    manifests = {"apiVersion": "v1", "kind": "List", "items": [other, WRITTEN[where]]}
    ended = percale(*command, "-f", "-", stdin=json.dumps(manifests).encode())
    assert _is_safe(ended)


@pytest.mark.parametrize("where", WRITTEN)
def test_a_broken_file_that_quotes_it(percale: Calls, where: str, tmp_path: Path) -> None:
    path = tmp_path / f"{EVIL.replace('/', '')}.yaml"
    path.write_text(json.dumps(WRITTEN[where], ensure_ascii=False)[:-1], encoding="utf-8")
    ended = percale("validate", "-f", str(path))
    assert _is_safe(ended)
    assert ended.out


@pytest.mark.parametrize(
    "argv",
    [
        ("reach", EVIL, "shop/db", "-p", "80"),
        ("reach", "shop/web", "shop/db", "-p", EVIL),
        ("reach", "shop/web", "shop/db", "-p", f"icmp/{EVIL}"),
        ("reach", "shop/web", "shop/db", "-p", f"proto/{EVIL}"),
        ("reach", "shop/web", "shop/db", "--source-port", EVIL),
        ("reach", "web", "shop/db", "-n", EVIL),
        ("reach", f"namespace/{EVIL}", "shop/db"),
        ("reach", f"app == '{EVIL}'", "shop/db"),
    ],
    ids=range(8),
)
def test_what_an_argument_says(percale: Calls, argv: tuple[str, ...]) -> None:
    ended = percale(*argv, "-f", SHOP)
    assert _is_safe(ended)
    assert ended.err.startswith("error: ")
