"""`percale reach --explain`: the whole way, as text and as JSON."""

import json
from typing import Any

import pytest

from cli.calling import EXAMPLES, HERE, SHOP, Calls
from percale.cli.exits import Exit

GOLDEN = HERE.parent / "golden" / "explanation"
OCTOBER = EXAMPLES / "october"
WITHOUT_INGRESS = tuple(
    part
    for path in (OCTOBER / "app.yaml", *sorted((OCTOBER / "policies").glob("*.yaml")))
    if path.name != "redis-allow-from-api-worker.yaml"
    for part in ("-f", str(path.relative_to(EXAMPLES.parent)))
)
ASKED = ("october/api", "october/redis", "-p", "6379")


def _walks(percale: Calls, *argv: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(percale("reach", "--explain", "-o", "json", *argv).out)["explanation"]
    return found


@pytest.mark.parametrize(
    ("case", "files", "status"),
    [("allowed", ("-f", "examples/october"), Exit.YES), ("denied", WITHOUT_INGRESS, Exit.NO)],
)
def test_the_runbooks_case(
    percale: Calls,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    files: tuple[str, ...],
    status: Exit,
) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    ended, kept = percale("reach", "--explain", *files, *ASKED), GOLDEN / f"{case}.txt"
    if request.config.getoption("--rewrite-golden"):
        kept.write_text(ended.out, encoding="utf-8")
    assert (ended.status, ended.out) == (status, kept.read_text(encoding="utf-8"))


def test_the_answer_above_the_walk_is_the_same_as_without_it(percale: Calls) -> None:
    plain = percale("reach", "-f", SHOP, "shop/web", "shop/db", "-p", "5433")
    told = percale("reach", "--explain", "-f", SHOP, "shop/web", "shop/db", "-p", "5433")
    assert told.status == plain.status
    assert " ".join(told.out.split()).startswith(" ".join(plain.out.split()))


def test_json_has_every_rule_and_what_it_missed(percale: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    egress, ingress = _walks(percale, *WITHOUT_INGRESS, *ASKED)
    assert (egress["decision"]["verdict"], ingress["decision"]["verdict"]) == ("allow", "deny")
    (tier,) = ingress["tiers"]
    assert (tier["tier"], tier["order"], tier["endsWith"], tier["outcome"]) == (
        "default",
        1000000.0,
        "Deny",
        "denied at its end",
    )
    assert [(one["policy"], one["asked"], one["rules"]) for one in tier["policies"]] == [("default-deny-all", True, [])]
    assert {one["because"] for one in tier["notAsked"]} == {
        "does not select it",
        "governs the other direction only",
    }
    tried = [rule for one in egress["tiers"][0]["policies"] for rule in one["rules"]]
    assert [rule["matches"] for rule in tried] == [False, False, True]
    assert all(rule["misses"] for rule in tried if not rule["matches"])


def test_a_host_is_asked_hook_by_hook(percale: Calls) -> None:
    walks = _walks(percale, "-f", str(EXAMPLES / "gardener-demo"), "192.0.2.7", "host:demo-node", "-p", "10256")
    assert [(one.get("hook", "normal"), one["decision"] and one["decision"]["verdict"]) for one in walks] == [
        ("doNotTrack", None),
        ("preDNAT", None),
        ("normal", "deny"),
    ]


def test_a_failsafe_port_is_decided_before_any_policy(percale: Calls) -> None:
    ended = percale(
        "reach", "--explain", "-f", str(EXAMPLES / "gardener-demo"), "192.0.2.7", "host:demo-node", "-p", "22"
    )
    assert "  no policy is asked: failsafe port, which no policy can close\n" in ended.out


def test_several_flows_are_explained_one_by_one(percale: Calls) -> None:
    ended = percale("reach", "--explain", "-f", SHOP, "shop/web", "shop/db", "-p", "5432", "-p", "5433")
    assert ended.out.count("ingress of shop/db:\n") == 2


def test_what_depends_is_explained_both_ways(percale: Calls) -> None:
    ended = percale("reach", "--explain", "-f", SHOP, "shop/web", "shop/db", "-p", "9187")
    assert ended.status == Exit.CANNOT_TELL
    assert ended.out.count("ingress of shop/db:\n") == 2


def test_many_rules_that_miss_are_counted(percale: Calls) -> None:
    nets = [f"192.0.2.{n}/32" for n in range(40)]
    manifests = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "status": {"podIP": "10.0.0.1"}},
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "NetworkPolicy",
            "metadata": {"name": "many"},
            "spec": {"ingress": [{"action": "Allow", "source": {"nets": [net]}} for net in nets]},
        },
    ]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    argv = ("reach", "--explain", "-f", "-", "198.51.100.1", "a", "-p", "80")
    ended = percale(*argv, stdin=text.encode())
    assert ended.out.count(" Allow: no, source 198.51.100.1 is not in ") == 8
    assert "      32 more rules that miss as much or more\n" in ended.out
    (walk,) = json.loads(percale(*argv, "-o", "json", stdin=text.encode()).out)["explanation"]
    assert len(walk["tiers"][0]["policies"][0]["rules"]) == 40
