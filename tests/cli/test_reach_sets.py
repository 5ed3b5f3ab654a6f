"""`percale reach` between sets: yes means all that was asked, and every claim comes with a packet."""

import json
import subprocess
import sys

import pytest

from cli.calling import EXAMPLES, SHOP, Calls
from percale.cli.exits import Exit

YES, NO, USAGE, CANNOT_TELL = Exit.YES, Exit.NO, Exit.USAGE, Exit.CANNOT_TELL
OCTOBER = str(EXAMPLES / "october")


@pytest.mark.parametrize(
    ("source", "destination", "options", "verdict", "status"),
    [
        ("app in {'api', 'worker'}", "october/redis", ("-p", "6379"), "allow", YES),
        ("october/*", "october/redis", ("-p", "6379"), "some", NO),
        ("ns/october", "october/api", ("-p", "6379"), "deny", NO),
        ("namespace/october", "outside", (), "deny", NO),
        ("namespace/october", "namespace/october", (), "some", NO),
        ("any", "october/api", ("-p", "icmp"), "deny", NO),
    ],
    ids=str,
)
def test_a_verdict_and_its_exit_code(
    percale: Calls, source: str, destination: str, options: tuple[str, ...], verdict: str, status: Exit
) -> None:
    ended = percale("reach", "-q", "-f", OCTOBER, source, destination, *options)
    assert (ended.out.partition(":")[0], ended.status, ended.err) == (verdict, status, "")
    said = json.loads(percale("reach", "-q", "-f", OCTOBER, source, destination, *options, "-o", "json").out)
    assert said["verdict"] == verdict
    for part in said["parts"]:
        wanted = [
            bool(part["allowed"] or part["dependingOnAddress"]),
            bool(part["denied"] or part["dependingOnAddress"]),
        ]
        assert [one["verdict"] for one in part["examples"]] == [
            said for said, is_there in zip(("allow", "deny"), wanted, strict=True) if is_there
        ]


def test_what_passes_comes_first_with_the_rule_of_each_side(percale: Calls) -> None:
    ended = percale("reach", "-f", OCTOBER, "october/*", "october/redis", "-p", "6379")
    assert ended.out.startswith(
        "some: october/* -> october/redis TCP 6379\n"
        "  allowed: october/[app=api|worker] -> october/redis\n"
        "    for instance october/api -> october/redis TCP 6379:\n"
    )
    assert "\n  denied: october/redis -> october/redis\n" in ended.out


def test_what_depends_on_an_address_is_no_yes(percale: Calls) -> None:
    asked = ("reach", "-f", SHOP, "app == 'web' && has(app)", "shop/db", "-p", "9187")
    ended = percale(*asked)
    assert ended.status == CANNOT_TELL
    assert ended.out.startswith("unknown: ")
    assert "depends on addresses that the input does not say: shop/web -> shop/db\n" in ended.out
    assert percale(*asked, "--pod-network", "10.200.0.0/16").status == YES
    assert percale(*asked, "--pod-network", "10.0.0.0/16").status == NO


def test_ports_are_told_by_the_names_they_were_asked_by(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, "shop/[app=web]", "shop/db", "-p", "5432", "-p", "5433")
    assert "  allowed: shop/web -> shop/db: TCP 5432\n" in ended.out
    assert "  denied: shop/web -> shop/db: TCP 5433\n" in ended.out


def test_a_namespace_limits_selectors(percale: Calls) -> None:
    ended = percale("reach", "-f", SHOP, "has(app)", "db", "-n", "shop", "-p", "5432")
    assert ended.out.startswith("some: has(app) in namespace shop -> db TCP 5432\n")


def test_explaining_walks_each_example(percale: Calls) -> None:
    ended = percale("reach", "--explain", "-f", OCTOBER, "october/*", "october/redis", "-p", "6379")
    assert ended.out.count("ingress of october/redis:\n") == 2
    said = json.loads(
        percale("reach", "--explain", "-f", OCTOBER, "october/*", "october/redis", "-p", "6379", "-o", "json").out
    )
    assert all(len(one["explanation"]) == 2 for part in said["parts"] for one in part["examples"])


@pytest.mark.parametrize(
    ("source", "destination", "options", "says"),
    [
        ("namespace/shopp", "shop/db", (), "no workload is in namespace `shopp`\n  hint: there is `shop`"),
        ("app == 'wib'", "shop/db", (), "no workload is selected by `app == 'wib'`\n  hint: of label `app` there is"),
        ("app ==", "shop/db", (), "`app ==` is neither a name nor a selector"),
        ("shop/*", "service/shop/db", (), "`service/shop/db` cannot be asked about by a set"),
        ("api.example.com", "shop/*", (), "`api.example.com` is a domain name, and no source is known by one"),
        ("shop/*", "shop/*", ("-p", "nope"), "`shop/*` has no port called `nope`"),
        ("shop/*", "shop/*", ("-p", "0"), "`0` is no port number"),
        ("shop/fixed", "app == 'none'", (), "no workload is selected by `app == 'none'`"),
        ("10.1.2.0/24", "shop/*", ("-p", "icmpv6"), "no packet can go from `10.1.2.0/24` to `shop/*`"),
    ],
)
def test_what_cannot_be_asked(
    percale: Calls, source: str, destination: str, options: tuple[str, ...], says: str
) -> None:
    ended = percale("reach", "-f", SHOP, source, destination, *options)
    assert (ended.status, ended.out) == (USAGE, "")
    assert ended.err.startswith(f"error: {says}")


def test_one_flow_is_answered_without_the_engine() -> None:
    program = f"""
import sys
from percale.cli.main import main
main(["reach", "-q", "--explain", "-f", {OCTOBER!r}, "october/api", "october/redis", "-p", "6379"])
sys.exit("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, stdout=subprocess.DEVNULL, timeout=60)  # noqa: S603
    assert done.returncode == 0


def test_a_large_answer_is_cut_in_the_text_and_whole_as_json(percale: Calls) -> None:
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"p{n}", "labels": {"n": str(n)}},
            "status": {"podIP": f"10.0.0.{n}"},
        }
        for n in range(1, 51)
    ]
    policies = [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"p{n}"},
            "spec": {
                "selector": f"n == '{n}'",
                "ingress": [{"action": "Allow", "source": {"selector": f"n == '{n % 50 + 1}'"}}],
            },
        }
        for n in range(1, 51)
    ]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [*pods, *policies]}).encode()
    ended = percale("reach", "-f", "-", "default/*", "default/*", stdin=text)
    assert ended.status == NO
    more = int(ended.out.splitlines()[-1].removeprefix("  and ").removesuffix(" more, which -o json has"))
    said = json.loads(percale("reach", "-f", "-", "default/*", "default/*", "-o", "json", stdin=text).out)
    assert len(said["parts"]) == 40 + more
