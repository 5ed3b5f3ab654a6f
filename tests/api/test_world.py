"""Percale as a library: the same answers as the commands give, as values."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import percale
from cli.calling import EXAMPLES, SHOP, whole_process

WORLD = percale.load(SHOP)


@pytest.mark.parametrize(
    ("ports", "verdict"),
    [
        (("5432/tcp",), "allow"),
        ((5432,), "allow"),
        (("pg",), "allow"),
        ((5433,), "deny"),
        ((5432, 5433), "deny"),
        ((9187,), "unknown"),
        ((5432, 9187), "unknown"),
        ((9187, 5433), "deny"),
        ((), "unknown"),
    ],
    ids=str,
)
def test_yes_means_all_that_was_asked(ports: tuple[int | str, ...], verdict: str) -> None:
    answer = WORLD.reach("shop/web", "shop/db", *ports)
    assert answer.verdict == verdict
    assert answer.allowed is bool(answer) is (verdict == "allow")


@pytest.mark.parametrize("port", ["5432", "5433", "9187"])
def test_the_texts_are_those_of_the_command(port: str) -> None:
    asked = ("reach", "-f", SHOP, "shop/web", "shop/db", "-p", port)
    answer = WORLD.reach("shop/web", "shop/db", port)
    assert whole_process(*asked).out == f"{answer}\n"
    assert json.loads(whole_process(*asked, "-o", "json").out) == answer.json()
    assert whole_process(*asked, "--explain").out == answer.explain()
    assert "explanation" in answer.json(explain=True)


def test_a_side_says_what_decided() -> None:
    (flow,) = WORLD.reach("shop/web", "shop/db", 5432).flows
    assert flow.ingress is not None
    assert (flow.ingress.policy, flow.ingress.rule, flow.ingress.tier) == (
        "KubernetesNetworkPolicy shop/db",
        "ingress[0].from[0]",
        "default",
    )
    assert flow.egress is not None
    assert (flow.egress.policy, flow.egress.allowed) == ("", True)
    assert flow.reasons == (flow.egress.reason, flow.ingress.reason)


def test_nobody_is_on_the_side_of_an_address() -> None:
    (flow,) = WORLD.reach("192.0.2.1", "shop/db", 80).flows
    assert flow.egress is None
    assert flow.ingress is not None


def test_more_said_is_more_known() -> None:
    assert WORLD.reach("web", "db", 9187, namespace="shop", pod_networks=["10.200.0.0/16"]).allowed
    assert WORLD.reach("shop/web", "shop/db", "sig/sctp", source_port=40000).allowed


def test_answers_are_values() -> None:
    one, other = (WORLD.reach("shop/web", "shop/db", 5432) for _ in range(2))
    assert one == other
    with pytest.raises(FrozenInstanceError):
        one.flows = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("source", "destination", "says"),
    [
        ("shop/nobody", "shop/db", "no workload is called `shop/nobody`"),
        ("namespace/shop", "shop/db", "`namespace/shop` to `shop/db` is about sets"),
        ("api.example.com", "shop/db", "`api.example.com` is a domain name, and no source is known by one"),
    ],
)
def test_what_cannot_be_asked(source: str, destination: str, says: str) -> None:
    with pytest.raises(percale.PercaleError) as error:
        WORLD.reach(source, destination, 80)
    assert error.value.says == says


@pytest.mark.parametrize("networks", [["10.0.0.0/40"], ["nothing"]])
def test_a_network_that_is_none(networks: list[str]) -> None:
    with pytest.raises(percale.PercaleError, match="is no network"):
        WORLD.connectivity(pod_networks=networks)


def test_loading_raises_all_problems_and_says_where() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: A}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: B}\n"
    with pytest.raises(percale.InvalidInput) as invalid:
        percale.loads(text)
    assert [str(problem.place) for problem in invalid.value.problems] == ["<text>:3:12", "<text>:7:12"]


def test_loading_nothing_is_an_error() -> None:
    with pytest.raises(percale.PercaleError, match="nothing was named to load"):
        percale.load()


def test_files_and_text_are_the_same_world(tmp_path: Path) -> None:
    text = Path(SHOP).read_text(encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    assert percale.load(tmp_path).workloads == percale.loads(text).workloads == WORLD.workloads
    assert percale.loads(text.encode()).policies == WORLD.policies


def test_between_sets_is_some_where_it_is_neither_all_nor_nothing() -> None:
    found = WORLD.between("namespace/shop", "shop/db", 5432)
    assert (found.verdict, found.allowed, bool(found)) == ("some", False, False)
    assert {str(part.allowed) for part in found.parts} >= {"nothing"}
    assert str(found).startswith("some: namespace/shop -> shop/db TCP 5432\n")
    assert found.json()["verdict"] == "some"


def test_connections_hold_for_all_of_their_members() -> None:
    for one in WORLD.connectivity():
        assert one.traffic or one.depends
        for source in one.sources:
            for destination in one.destinations:
                if source != destination and "tcp" in str(one.traffic).lower() and one.ip_version == 4:
                    port = next((port for port in (80, 5432) if _holds(one, port)), None)
                    assert port is None or WORLD.reach(source, destination, port).allowed


def test_hosts_are_connected_too() -> None:
    demo = percale.load(EXAMPLES / "gardener-demo")
    found = {(one.source, one.destination): str(one.traffic) for one in demo.connectivity()}
    assert found["host:demo-node", "everything outside"] == "everything"
    assert "443" in found["everything outside", "host:demo-node"]
    assert ("host:demo-node", "test1/busybox-test1-a") not in found


def _holds(one: object, port: int) -> bool:
    return f"TCP to {port}" in str(one)


def test_a_world_does_not_differ_from_itself() -> None:
    assert not WORLD.diff(WORLD)
    bare = percale.loads(
        Path(SHOP).read_text(encoding="utf-8").partition("kind: NetworkPolicy")[0].rpartition("---")[0]
    )
    change = WORLD.diff(bare)
    assert change
    assert change.opened
    assert not change.closed
    assert str(change.opened[0]) in " ".join(str(change).split())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        percale.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_imports_nothing_of_it() -> None:
    program = (
        "import sys, percale; print([name for name in sys.modules if name.startswith(('percale.', 'numpy', 'yaml'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout == "[]\n"


def test_one_flow_is_answered_without_the_engine() -> None:
    program = (
        f"import sys, percale; percale.load({SHOP!r}).reach('shop/web', 'shop/db', 5432); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout == "False\n"
