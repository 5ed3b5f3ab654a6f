"""`percale reach`: its answers, its JSON, and all the ways to name ports and parties."""

import json
from typing import Any

import pytest

from cli.calling import SHOP, Calls, Ended
from percale.cli.exits import Exit

YES, NO, USAGE, CANNOT_TELL = Exit.YES, Exit.NO, Exit.USAGE, Exit.CANNOT_TELL
WEB, DB = "shop/web", "shop/db"


@pytest.mark.parametrize(
    ("port", "status", "words"),
    [
        ("5432", YES, "TCP 5432"),
        ("5432/tcp", YES, "TCP 5432"),
        ("5432/TCP", YES, "TCP 5432"),
        ("tcp/5432", YES, "TCP 5432"),
        ("pg", YES, "TCP 5432"),
        ("pg/tcp", YES, "TCP 5432"),
        ("5433", NO, "TCP 5433"),
        ("65535", NO, "TCP 65535"),
        ("5432/udp", NO, "UDP 5432"),
        ("53/udp", YES, "UDP 53"),
        ("udp/53", YES, "UDP 53"),
        ("dns/udp", YES, "UDP 53"),
        ("53", NO, "TCP 53"),
        ("5432/sctp", NO, "SCTP 5432"),
        ("icmp", YES, "ICMP type 8 code 0"),
        ("icmp/8", YES, "ICMP type 8 code 0"),
        ("icmp/8/0", YES, "ICMP type 8 code 0"),
        ("ICMP/8/1", NO, "ICMP type 8 code 1"),
        ("icmp/13", NO, "ICMP type 13 code 0"),
        ("icmpv6", NO, "ICMPv6 type 128 code 0"),
        ("proto/47", YES, "protocol 47"),
        ("proto/50", NO, "protocol 50"),
    ],
)
def test_a_port_in_every_form(percale: Calls, port: str, status: Exit, words: str) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", port)
    said = "allow" if status is YES else "deny"
    assert (ended.status, ended.out.partition("\n")[0]) == (status, f"{said}: shop/web -> shop/db {words}")
    assert ended.err == ""


@pytest.mark.parametrize(
    ("port", "says"),
    [
        ("http", "`shop/db` has no port called `http`\n  hint: it has dns/udp, pg/tcp, sig/sctp"),
        ("dns", "`shop/db` has no port called `dns`\n  hint: it has dns/udp, pg/tcp, sig/sctp"),
        ("0", "`0` is no port number\n  hint: ports go from 1 to 65535"),
        ("65536", "`65536` is no port number\n  hint: ports go from 1 to 65535"),
        ("9" * 20, f"`{'9' * 20}` is no port number\n  hint: ports go from 1 to 65535"),
        ("²", "`shop/db` has no port called `²`\n  hint: it has dns/udp, pg/tcp, sig/sctp"),
        ("icmp/256", "`256` is no ICMP type\n  hint: types and codes go up to 255"),
        ("icmp/8/256", "`8/256` is no ICMP type\n  hint: types and codes go up to 255"),
        ("proto/256", "`256` is no protocol number\n  hint: they go from 0 to 255: proto/47"),
        ("proto/²", "`²` is no protocol number\n  hint: they go from 0 to 255: proto/47"),
        ("proto/6", "of TCP a port must be named\n  hint: write 80/tcp"),
        ("proto/132", "of SCTP a port must be named\n  hint: write 80/sctp"),
    ],
)
def test_what_is_no_port_is_refused_with_what_would_be(percale: Calls, port: str, says: str) -> None:
    assert percale("reach", "-f", SHOP, WEB, DB, "-p", port) == Ended(USAGE, err=f"error: {says}\n")


@pytest.mark.parametrize("port", ["80/http", "icmp/echo", "5432/tcp/1", "80/47"])
def test_what_has_no_form_of_a_port_is_told_the_forms(percale: Calls, port: str) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", port)
    assert (ended.status, ended.out) == (USAGE, "")
    assert "hint: write a port as 5432/tcp, 53/udp, http or icmp, icmp/8" in ended.err


def test_without_a_port_all_that_are_declared_are_asked_about(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, "shop/fixed", WEB)
    heads = [line for line in ended.out.splitlines() if not line.startswith(" ")]
    assert ended.status == YES
    assert heads == ["allow: shop/fixed -> shop/web TCP 8080", "allow: shop/fixed -> shop/web TCP 9000"]


def test_a_destination_without_declared_ports_needs_one(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, "shop/fixed")
    assert (ended.status, ended.out) == (USAGE, "")
    assert ended.err.startswith("error: `shop/fixed` declares no port\n  hint: say which with -p; ")


@pytest.mark.parametrize(
    ("ports", "status"),
    [
        (("5432", "53/udp"), YES),
        (("5432", "5433"), NO),
        (("9187", "5432"), CANNOT_TELL),
        (("9187", "5433"), NO),
    ],
    ids=str,
)
def test_a_yes_must_hold_for_every_port(percale: Calls, ports: tuple[str, ...], status: Exit) -> None:
    assert percale("reach", "-f", SHOP, WEB, DB, *(part for port in ports for part in ("-p", port))).status == status


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), CANNOT_TELL),
        (("--pod-network", "10.0.0.0/16"), NO),
        (("--pod-network", "10.200.0.0/16"), YES),
        (("--pod-network", "10.0.0.0/16", "--pod-network", "10.200.0.0/16"), CANNOT_TELL),
        (("--pod-network", "fd00::/64"), NO),
    ],
    ids=str,
)
def test_an_answer_may_depend_on_the_address(percale: Calls, options: tuple[str, ...], status: Exit) -> None:
    assert percale("reach", "-f", SHOP, WEB, DB, "-p", "9187", *options).status == status


@pytest.mark.parametrize(
    ("options", "status"),
    [((), CANNOT_TELL), (("--source-port", "40000"), YES), (("--source-port", "40001"), NO)],
    ids=str,
)
def test_an_answer_may_depend_on_the_source_port(percale: Calls, options: tuple[str, ...], status: Exit) -> None:
    assert percale("reach", "-f", SHOP, WEB, DB, "-p", "sig/sctp", *options).status == status


def test_what_cannot_be_told_is_shown_both_ways(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", "9187")
    heads = [line for line in ended.out.splitlines() if not line.startswith("   ") and " of " not in line]
    assert ended.status == CANNOT_TELL
    assert heads[:3] == [
        "cannot tell: it depends on what the input does not say",
        "  allowed for instance from 10.128.0.0 port 32768 to 10.0.0.0",
        "  denied for instance from 10.0.0.0 port 32768 to 10.0.0.1",
    ]
    assert [line for line in heads if line.startswith(("allow:", "deny:"))] == [
        "allow: shop/web -> shop/db TCP 9187",
        "deny: shop/web -> shop/db TCP 9187",
    ]


@pytest.mark.parametrize(
    ("party", "says"),
    [
        ("shop/twin", "`shop/twin` is more than one workload\n  hint: say which: `Deployment/shop/twin`, "),
        ("shop/agent", "`shop/agent` is on its host's network: no policy selects it"),
        ("shop/wep", "no workload is called `shop/wep`\n  hint: there is `shop/web`"),
        ("Shop/web", "no workload is called `Shop/web`\n  hint: there is `shop/web`"),
        ("Job/shop/web", "no workload is called `Job/shop/web`\n  hint: there is `shop/web`"),
        ("web", "no workload is called `web`\n  hint: there is `shop/web`"),
        ("a/b/c/d", "no workload is called `a/b/c/d`\n  hint: there is "),
        ("", "no workload is called ``\n  hint: there is "),
        ("300.1.1.1", "no workload is called `300.1.1.1`\n  hint: there is "),
        ("fe80::1%eth0", "no workload is called `fe80::1%eth0`\n  hint: there is "),
    ],
)
@pytest.mark.parametrize("at", [0, 1], ids=["source", "destination"])
def test_a_party_that_is_not_to_be_found(percale: Calls, party: str, says: str, at: int) -> None:
    parties = ["shop/fixed", "shop/fixed"]
    parties[at] = party
    ended = percale("reach", "-f", SHOP, *parties, "-p", "80")
    assert (ended.status, ended.out) == (USAGE, "")
    assert ended.err.startswith(f"error: {says}")


@pytest.mark.parametrize(
    ("source", "destination", "options", "head"),
    [
        ("Deployment/shop/web", "DEPLOYMENT/shop/db", ("-p", "5432"), "allow: shop/web -> shop/db TCP 5432"),
        ("shop/web", "statefulset/shop/twin", ("-p", "5432"), "allow: shop/web -> shop/twin TCP 5432"),
        ("shop/web", "deployment/shop/twin", ("-p", "5433"), "allow: shop/web -> shop/twin TCP 5433"),
        ("shop/web", "statefulset/shop/twin", ("-p", "5433"), "deny: shop/web -> shop/twin TCP 5433"),
        ("web", "db", ("-p", "5432", "-n", "shop"), "allow: shop/web -> shop/db TCP 5432"),
        ("dev/cache", "shop/web", ("-p", "http"), "allow: dev/cache-x1 -> shop/web TCP 8080"),
        ("replicaset/dev/cache", "web", ("-p", "1", "-n", "shop"), "allow: dev/cache-x1 -> shop/web TCP 1"),
        ("10.1.2.3", "10.1.2.4", ("-p", "80"), "allow: shop/fixed -> dev/cache-x1 TCP 80"),
        ("10.1.2.3/32", "192.0.2.1", ("-p", "80"), "allow: shop/fixed -> 192.0.2.1 TCP 80"),
        ("10.1.2.0/24", "shop/db", ("-p", "5432"), "deny: 10.1.2.0/24 -> shop/db TCP 5432"),
        ("10.200.0.1", "shop/db", ("-p", "9187"), "allow: 10.200.0.1 -> shop/db TCP 9187"),
        ("2001:db8::1", "shop/db", ("-p", "9187"), "deny: 2001:db8::1 -> shop/db TCP 9187"),
        ("192.0.2.1", "198.51.100.0/24", ("-p", "80"), "allow: 192.0.2.1 -> 198.51.100.0/24 TCP 80"),
        ("192.0.2.0/24", "192.0.2.0/24", ("-p", "80"), "allow: 192.0.2.0/24 -> 192.0.2.0/24 TCP 80"),
        ("shop/db", "shop/db", ("-p", "5432"), "deny: shop/db -> shop/db TCP 5432"),
    ],
)
def test_parties_by_every_name(
    percale: Calls, source: str, destination: str, options: tuple[str, ...], head: str
) -> None:
    ended = percale("reach", "-f", SHOP, source, destination, *options)
    assert (ended.out.partition("\n")[0], ended.status) == (head, YES if head.startswith("allow") else NO)


@pytest.mark.parametrize(
    ("source", "destination", "options"),
    [
        ("10.1.2.4", "2001:db8::1", ("-p", "80")),
        ("10.1.2.3", "10.1.2.3", ("-p", "80")),
        ("10.1.2.3", "10.1.2.4", ("-p", "icmpv6")),
        ("shop/fixed", "shop/web", ("-p", "80", "--pod-network", "fd00::/64")),
    ],
    ids=str,
)
def test_where_no_packet_can_go_nothing_is_said(
    percale: Calls, source: str, destination: str, options: tuple[str, ...]
) -> None:
    ended = percale("reach", "-f", SHOP, source, destination, *options)
    assert (ended.status, ended.out) == (USAGE, "")
    assert ended.err.startswith("error: no packet can go from ")


def test_a_workload_that_talks_to_itself_is_asked_both_ways(percale: Calls) -> None:
    said = json.loads(percale("reach", "-f", SHOP, WEB, WEB, "-p", "80", "-o", "json").out)
    assert (said["egress"]["endpoint"], said["ingress"]["endpoint"]) == (WEB, WEB)


def test_a_question_that_is_too_open_cannot_be_told(percale: Calls) -> None:
    nets = [f"10.{n}.0.0/24" for n in range(256)]
    manifests = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}},
            {
                "apiVersion": "projectcalico.org/v3",
                "kind": "NetworkPolicy",
                "metadata": {"name": "many"},
                "spec": {"ingress": [{"action": "Allow", "source": {"nets": [net]}} for net in nets]},
            },
        ],
    }
    ended = percale("reach", "-f", "-", "a", "b", "-p", "80", stdin=json.dumps(manifests).encode())
    assert (ended.status, ended.out) == (CANNOT_TELL, "")
    assert ended.err.endswith("hint: give --pod-network, or ask about a smaller network\n")


# The JSON that programs rely on.

POLICY_DB = {"kind": "KubernetesNetworkPolicy", "namespace": "shop", "policy": "db", "tier": "default"}
POLICY_MORE = {"kind": "NetworkPolicy", "namespace": "shop", "policy": "db-more", "tier": "default"}
AT_DB = {"file": SHOP, "line": 81}
AT_MORE = {"file": SHOP, "line": 93}
OPEN = {"verdict": "allow", "endpoint": WEB, "decidedBy": "profile", "profile": "kns.shop"}
RULE = {"verdict": "allow", "endpoint": DB, "decidedBy": "rule", **POLICY_DB, **AT_DB, "action": "Allow"}
FROM_WEB = {**POLICY_DB, **AT_DB, "rule": "ingress[0].from[0]", "selects": True, "misses": ["port 5433 is not 5432"]}
ISOLATED = {
    "verdict": "deny",
    "endpoint": DB,
    "decidedBy": "end of tier",
    "tier": "default",
    "isolatedBy": [{**POLICY_MORE, **AT_MORE}, {**POLICY_DB, **AT_DB}],
}


def _packet(port: int, source: str = "10.0.0.0", destination: str = "10.0.0.1") -> dict[str, Any]:
    ports = {"sourcePort": 32768, "destinationPort": port}
    return {"source": source, "destination": destination, "protocol": 6, **ports}


def _flow(verdict: str, port: int, ingress: dict[str, Any]) -> dict[str, Any]:
    flow = {"verdict": verdict, "source": WEB, "destination": DB, "packet": _packet(port)}
    return {**flow, "egress": OPEN, "ingress": ingress}


ALLOWED = _flow("allow", 5432, {**RULE, "rule": "ingress[0].from[0]"})
DENIED = _flow("deny", 5433, {**ISOLATED, "nearest": FROM_WEB})


def _said(ended: Ended) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(ended.out)
    return said


def test_json_of_an_allow(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", "5432", "-o", "json")
    assert (ended.status, ended.err) == (YES, "")
    assert _said(ended) == {"schemaVersion": 1, **ALLOWED}


def test_json_of_a_deny_names_the_isolating_policies_and_the_nearest_rule(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", "5433", "-o", "json")
    assert (ended.status, ended.err) == (NO, "")
    assert _said(ended) == {"schemaVersion": 1, **DENIED}


def test_json_of_several_flows_holds_them_one_by_one(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", "5432", "-p", "5433", "-o", "json")
    assert (ended.status, ended.err) == (NO, "")
    assert _said(ended) == {"schemaVersion": 1, "verdict": "deny", "flows": [ALLOWED, DENIED]}


def test_json_of_what_cannot_be_told_has_an_example_of_either(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, WEB, DB, "-p", "9187", "-o", "json")
    said = _said(ended)
    assert (ended.status, said["verdict"], said["packet"]) == (CANNOT_TELL, "unknown", _packet(9187))
    assert said["examples"] == [
        {"verdict": "allow", **_packet(9187, "10.128.0.0", "10.0.0.0")},
        {"verdict": "deny", **_packet(9187)},
    ]


def test_json_of_a_party_outside_has_null_on_its_side(percale: Calls) -> None:
    said = _said(percale("reach", "-f", SHOP, WEB, "192.0.2.1", "-p", "icmp", "-o", "json"))
    assert said == {
        "schemaVersion": 1,
        "verdict": "allow",
        "source": WEB,
        "destination": "192.0.2.1",
        "packet": {
            "source": "10.0.0.0",
            "destination": "192.0.2.1",
            "protocol": 1,
            "icmpType": 8,
            "icmpCode": 0,
        },
        "egress": OPEN,
        "ingress": None,
    }
