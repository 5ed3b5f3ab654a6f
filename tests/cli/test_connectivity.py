"""`percale connectivity`: every form for every example as it was reviewed, its options, its exit codes."""

import json
import re
from pathlib import Path

import pytest

from cli.calling import EXAMPLES, SHOP, Calls, Ended
from percale.cli.exits import Exit

GOLDEN = Path(__file__).parents[1] / "golden" / "connectivity"
SHOWN = ("october", "picocluster", "customer-isolation", "gardener-demo")
FORMS = ("text", "matrix", "json", "csv", "dot", "mermaid")
OPEN = "ingress-nginx/*, kube-system/* (2: ingress-nginx/ingress-nginx-controller, kube-system/kube-dns)"
OCTOBER = str(EXAMPLES / "october")


@pytest.mark.parametrize("example", SHOWN)
@pytest.mark.parametrize("form", FORMS)
def test_an_example_is_shown_as_reviewed(
    percale: Calls, request: pytest.FixtureRequest, example: str, form: str
) -> None:
    ended = percale("connectivity", "-q", "-f", str(EXAMPLES / example), "-o", form)
    path = GOLDEN / example / f"{form}.txt"
    if request.config.getoption("--rewrite-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ended.out, encoding="utf-8")
    assert ended == Ended(Exit.YES, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (
            ("--from", "october/api"),
            "october/api\n  -> october/redis: TCP to 6379\n  -> kube-system/kube-dns: TCP to 53, UDP to 53\n",
        ),
        (("-n", "october", "--from", "api", "--to", "redis"), "october/api\n  -> october/redis: TCP to 6379\n"),
        (
            ("--from", "october/*", "--to", "october/*"),
            "october/[app=api|worker] (2: october/api, october/worker)\n  -> october/redis: TCP to 6379\n",
        ),
        (
            ("--to", "october/*", "-p", "8000"),
            "ingress-nginx/ingress-nginx-controller\n  -> october/api: TCP to 8000\n",
        ),
        (
            ("--from", "october/*", "-p", "53/udp"),
            "october/* (3: october/api, october/worker, october/redis)\n  -> kube-system/kube-dns: UDP to 53\n",
        ),
        (
            ("--from", "192.0.2.0/24", "--to", "kube-system/kube-dns", "-p", "icmp"),
            "192.0.2.0/24\n  -> kube-system/kube-dns: ICMP type 8 code 0\n",
        ),
        (
            ("--from", "192.0.2.7", "--to", "kube-system/kube-dns", "-p", "proto/47"),
            "192.0.2.7\n  -> kube-system/kube-dns: 47\n",
        ),
        (
            ("--to", "192.0.2.7"),
            f"{OPEN}\n  -> 192.0.2.7: everything\n",
        ),
        (("--from", "october/api", "--to", "192.0.2.7"), "nothing that was asked about can reach anything\n"),
        (("--from", "192.0.2.7", "--to", "192.0.2.8"), "nothing that was asked about can reach anything\n"),
        (("--from", "october/api", "--to", "api.example.com"), "nothing that was asked about can reach anything\n"),
        (
            ("--from", "kube-system/kube-dns", "--to", "api.example.com"),
            "kube-system/kube-dns\n  -> api.example.com: everything\n",
        ),
        (
            ("--from", "october/api", "--ip-version", "6"),
            "october/api\n  -> october/redis: TCP to 6379\n  -> kube-system/kube-dns: TCP to 53, UDP to 53\n",
        ),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_less_can_be_asked_for(percale: Calls, options: tuple[str, ...], shown: str) -> None:
    assert percale("connectivity", "-f", OCTOBER, *options) == Ended(Exit.YES, shown)


GARDENER = str(EXAMPLES / "gardener-demo")
_FAILSAFE = "TCP to 22,179,443,2379-2380,5473,6443,6666-6667, UDP to 68"


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (
            ("--from", "host:demo-node"),
            "host:demo-node\n  -> test2/busybox-test2-a, everything outside: everything\n",
        ),
        (
            ("--to", "host:demo-node", "-p", "443"),
            "every workload\n  -> host:demo-node: TCP to 443\neverything outside\n  -> host:demo-node: TCP to 443\n",
        ),
        # An address of a host is the host.
        (("--to", "10.250.0.10", "--from", "192.0.2.7"), f"192.0.2.7\n  -> host:demo-node: {_FAILSAFE}\n"),
        (("--from", "10.250.0.0/24", "--to", "test1/*"), "nothing that was asked about can reach anything\n"),
        (("-n", "test1", "--to", "host:demo-node"), f"test1/*\n  -> host:demo-node: {_FAILSAFE}\n"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_hosts_can_be_asked_about(percale: Calls, options: tuple[str, ...], shown: str) -> None:
    ended = percale("connectivity", "-q", "-f", GARDENER, *options)
    assert (ended.status, re.sub(r" \(\d+: .*\)", "", ended.out)) == (Exit.YES, shown)


@pytest.mark.parametrize(
    ("action", "says"),
    [("Accept", "to it is let in"), ("Return", "to it is let in"), ("Drop", "to it is dropped")],
)
def test_what_is_not_asked_between_a_host_and_its_pods_is_said(percale: Calls, action: str, says: str) -> None:
    felix = f"""
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: {{name: default}}
spec: {{defaultEndpointToHostAction: {action}}}
"""
    argv = ("connectivity", "-f", GARDENER, "-f", "-")
    ended = percale(*argv, stdin=felix.encode())
    assert f"{says}, as defaultEndpointToHostAction says\n" in ended.err
    assert says in percale(*argv, "-o", "html", "-q", stdin=felix.encode()).out
    assert percale(*argv, "-q", stdin=felix.encode()).err == ""


def test_exposure_of_hosts_is_shown(percale: Calls) -> None:
    shown = percale("connectivity", "-q", "-f", GARDENER, "--exposed-to-outside").out
    assert f"  host:demo-node\n    everything outside: {_FAILSAFE}\n" in shown


def test_of_a_namespace_all_that_begins_or_ends_there_is_shown(percale: Calls) -> None:
    shown = json.loads(percale("connectivity", "-f", OCTOBER, "-n", "october", "-o", "json").out)
    pairs = {(one["source"], one["destination"]) for one in shown["connections"]}
    assert pairs == {
        ("october/api", "october/redis"),
        ("october/worker", "october/redis"),
        ("october/api", "kube-system/kube-dns"),
        ("october/worker", "kube-system/kube-dns"),
        ("october/redis", "kube-system/kube-dns"),
        ("ingress-nginx/ingress-nginx-controller", "october/api"),
    }


def test_exposure_begins_with_the_most_open(percale: Calls) -> None:
    assert (
        percale("connectivity", "-f", str(EXAMPLES / "picocluster"), "--exposed-to-outside").out
        == """\
accept from outside:
  kube-system/kube-dns
    everything outside: everything
  myapp/frontend
    everything outside: TCP to 80
send to the outside:
  kube-system/*, monitoring/* (3: kube-system/kube-dns, monitoring/prometheus, monitoring/alertmanager)
    everything outside: everything
  myapp/frontend
    everything outside but 10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16 and 2 more: TCP to 80,443
  myapp/backend
    198.51.100.7, 203.0.113.0/24: TCP to 443
"""
    )


def test_nothing_exposed_is_said(percale: Calls) -> None:
    ended = percale("connectivity", "-f", OCTOBER, "-n", "october", "--exposed-to-outside")
    assert ended == Ended(
        Exit.YES, "no workload accepts anything from outside\nno workload may send anything outside\n"
    )


_SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: shop}
spec: {template: {metadata: {labels: {app: NAME}}, spec: {containers: [{name: a}]}}}
---
"""
_DB_POLICY = """
apiVersion: projectcalico.org/v3
kind: PREFIXNetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress: [{action: Allow, protocol: TCP, source: {nets: [10.244.0.0/16]}, destination: {ports: [5432]}}]
"""


def _shop(prefix: str = "") -> bytes:
    pods = "".join(_SHOP.replace("NAME", name) for name in ("web", "db"))
    return (pods + _DB_POLICY.replace("PREFIX", prefix)).encode()


def test_what_depends_on_addresses_is_shown_apart(percale: Calls) -> None:
    ended = percale("connectivity", "-f", "-", "--to", "shop/db", "--from", "shop/*", stdin=_shop())
    assert ended == Ended(
        Exit.YES,
        "depends on which address a workload has or gets; --pod-network says where they get theirs:\n"
        "  every workload -> shop/db: TCP to 5432\n",
    )
    (connection,) = json.loads(
        percale("connectivity", "-f", "-", "-o", "json", "--to", "shop/db", "--from", "shop/web", stdin=_shop()).out
    )["connections"]
    assert connection["traffic"] == []
    assert connection["dependingOnAddress"] == [{"protocol": "TCP", "ports": "5432"}]


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ("10.244.0.0/16", "every workload (2: shop/web, shop/db)\n  -> shop/db: TCP to 5432\n"),
        ("10.1.0.0/16", "nothing that was asked about can reach anything\n"),
    ],
)
def test_where_pods_are_decides_it(percale: Calls, network: str, shown: str) -> None:
    argv = ("connectivity", "-f", "-", "--to", "shop/db", "--from", "shop/*", "--pod-network", network)
    assert percale(*argv, stdin=_shop()) == Ended(Exit.YES, shown)


def test_staged_policies_count_when_asked_for(percale: Calls) -> None:
    argv = ("connectivity", "-f", "-", "--to", "shop/db", "--from", "192.0.2.7")
    assert percale(*argv, stdin=_shop("Staged")).out == "192.0.2.7\n  -> shop/db: everything\n"
    assert percale(*argv, "--staged", stdin=_shop("Staged")).out == "nothing that was asked about can reach anything\n"


def test_both_ip_versions_are_shown_if_anything_speaks_of_both(percale: Calls) -> None:
    text = _shop().replace(b"10.244.0.0/16", b"2001:db8::/32")
    shown = percale(
        "connectivity", "-f", "-", "--to", "shop/db", "--from", "192.0.2.7", "--from", "2001:db8::7", stdin=text
    )
    assert (
        shown.out
        == "IPv4\nnothing that was asked about can reach anything\nIPv6\n2001:db8::7\n  -> shop/db: TCP to 5432\n"
    )


def test_a_picture_is_drawn_by_graphviz(percale: Calls) -> None:
    ended = percale("connectivity", "-f", OCTOBER, "-o", "svg")
    assert (ended.status, ended.err) == (Exit.YES, "")
    assert ended.out.rstrip().endswith("</svg>")


def test_without_graphviz_its_package_is_named(percale: Calls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert percale("connectivity", "-f", OCTOBER, "-o", "svg") == Ended(
        Exit.OUT_OF_REACH,
        err="error: `dot` is not installed\n  hint: on Debian and Ubuntu: apt install graphviz\n",
    )


@pytest.mark.parametrize(
    ("argv", "status", "says"),
    [
        (("--from", "october/nobody"), Exit.USAGE, "no workload is called `october/nobody`"),
        (("--from", "host:nowhere"), Exit.USAGE, "no host endpoint governs `host:nowhere`"),
        (("--to", "nowhere/*"), Exit.USAGE, "no workload is in namespace `nowhere`"),
        (("-n", "nowhere"), Exit.USAGE, "no workload is in namespace `nowhere`"),
        (
            ("--from", "api.example.com"),
            Exit.USAGE,
            "`api.example.com` is a domain name, and no source is known by one",
        ),
        (("-p", "http"), Exit.USAGE, "`the whole world` has no port called `http`"),
        (("-p", "0"), Exit.USAGE, "`0` is no port number"),
    ],
)
def test_what_cannot_be_asked_is_refused(percale: Calls, argv: tuple[str, ...], status: Exit, says: str) -> None:
    ended = percale("connectivity", "-f", OCTOBER, *argv)
    assert (ended.status, ended.out) == (status, "")
    assert says in ended.err


def test_without_workloads_nothing_was_asked(percale: Calls) -> None:
    ended = percale("connectivity", "-f", f"{OCTOBER}/policies")
    assert (ended.status, ended.out) == (Exit.CANNOT_TELL, "")
    assert ended.err == "the input holds no workload, so there is nothing to ask about\n"


def test_without_an_address_of_the_version_nothing_was_asked(percale: Calls) -> None:
    ended = percale("connectivity", "-q", "-f", "-", "--ip-version", "6", "--pod-network", "10.0.0.0/8", stdin=_shop())
    assert ended == Ended(Exit.CANNOT_TELL, err="no workload has an IPv6 address, so there is nothing to ask about\n")


def test_the_shop_is_shown(percale: Calls) -> None:
    """Whose rules match by names of ports, ICMP types and protocols without ports."""
    ended = percale("connectivity", "-q", "-f", SHOP, "--from", "shop/web", "--to", "shop/db")
    assert ended.status == Exit.YES
    assert "TCP to 5432" in ended.out


def _texts(svg: str) -> list[str]:
    return sorted(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_the_drawn_example_of_the_documentation_is_up_to_date(percale: Calls) -> None:
    """What it says, not where: versions of Graphviz lay out differently."""
    drawn = percale("connectivity", "-f", OCTOBER, "-n", "october", "-o", "svg").out
    assert _texts(drawn) == _texts((EXAMPLES.parent / "docs/how-to/october.svg").read_text(encoding="utf-8"))


def test_the_flowchart_of_the_example_is_up_to_date(percale: Calls) -> None:
    drawn = percale("connectivity", "-f", OCTOBER, "-n", "october", "-o", "mermaid").out
    assert f"```mermaid\n{drawn}```\n" in (EXAMPLES / "october/README.md").read_text(encoding="utf-8")


def test_a_page_is_made_even_where_no_packet_can_be(percale: Calls) -> None:
    ended = percale("connectivity", "-f", "-", "--pod-network", "10.244.0.1/32", "-o", "html", stdin=_shop())
    assert (ended.status, ended.err) == (Exit.YES, "")
    assert "no packet can be shown: there are no two addresses that these could have" in ended.out
