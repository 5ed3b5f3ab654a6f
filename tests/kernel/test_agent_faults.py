"""Whatever fails around an agent, what is allowed arrives and what is forbidden does not."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agents import AgentProcess, put, sqlite_at
from builders import pod
from etcd_servers import Member, running
from kernel_support import require_namespaces
from percale.dataplane.changes import CreateTable
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.ruleset import Family
from percale.datastore.configuration import Settings
from percale.datastore.interface import Datastore
from percale.datastore.keys import key_of
from percale.datastore.opening import open_store
from percale.host.netfilter_socket import NetfilterSocket
from percale.lab.layout import NODE
from percale.lab.topology import Lab
from relays import relayed
from shop_lab import STRANGER, arrives, build_shop, enforced, expect_true_to_policy, only_from, streams
from streams import flowing

pytestmark = pytest.mark.kernel

Store = tuple[Datastore, dict[str, str]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    require_namespaces()
    with build_shop() as built:
        yield built


def disturbed(lab: Lab, disturb: Callable[[], None]) -> None:
    """While packets flow, some before and some after."""
    allowed, forbidden = streams(lab)
    with flowing(allowed, forbidden):
        allowed.until_sent(200)
        disturb()
        allowed.until_sent(200)
    expect_true_to_policy(allowed, forbidden)


def expect_it_still_follows(agent: AgentProcess, store: Datastore, lab: Lab) -> None:
    put(store, only_from("stranger"))
    agent.until_caught_up(store)
    assert arrives(lab, STRANGER) == [True, True]


def test_a_store_that_is_moved_away_and_back(lab: Lab, sqlite: Store) -> None:
    store, environment = sqlite
    path = Path(environment["PERCALE_SQLITE_PATH"])
    with enforced(lab, store, environment) as agent:

        def disturb() -> None:
            path.rename(path.with_name("elsewhere"))
            agent.until(lambda one: bool(one.store_error), "the store is missed")
            path.with_name("elsewhere").rename(path)
            agent.until(lambda one: one.in_sync, "the store is back")

        disturbed(lab, disturb)
        expect_it_still_follows(agent, store, lab)


def test_an_etcd_that_is_killed_and_started_again(lab: Lab, tmp_path: Path) -> None:
    member = Member(tmp_path / "etcd")
    environment = {"DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": member.url}
    settings = Settings(datastore_type="etcdv3", etcd_endpoints=member.url)
    with running(member), relayed(member.client_port, lab.node):
        store = open_store(settings)
        with enforced(lab, store, environment) as agent:

            def disturb() -> None:
                member.kill()
                agent.until(lambda one: bool(one.store_error), "the store is missed")
                member.start()
                member.wait()
                agent.until(lambda one: one.in_sync, "the store is back")

            disturbed(lab, disturb)
            expect_it_still_follows(agent, store, lab)
        store.close()


def test_a_kernel_that_refuses_every_transaction(lab: Lab, sqlite: Store) -> None:
    """Another process has taken the tables over while no agent was there, and lets go of them later."""
    store, environment = sqlite
    with enforced(lab, store, environment, "--tables", "held") as agent:

        def disturb() -> None:
            agent.kill()
            with NetfilterSocket.within(lab.node) as other:
                NetlinkWriter(other).apply([(CreateTable(Family.IP), CreateTable(Family.IP6))])
                put(store, only_from("client", {"action": "Deny", "source": {"nets": ["192.0.2.0/24"]}}))
                agent.start()
                agent.until(lambda one: "not permitted" in one.kernel_error.lower(), "the failure is told")
                agent.until(lambda one: one.failures >= 3, "tried again")
            agent.until(lambda one: one.in_sync, "in sync at last")

        disturbed(lab, disturb)
        expect_it_still_follows(agent, store, lab)


@contextmanager
def tiny_disk(path: Path) -> Iterator[Path]:
    path.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "percale-test", str(path)], check=True)  # noqa: S603, S607
    except subprocess.CalledProcessError:
        pytest.skip("NOT TESTED: this user may not mount")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)  # noqa: S603, S607


def test_a_disk_that_is_full(lab: Lab, tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        store, environment = sqlite_at(disk / "percale.sqlite")
        with enforced(lab, store, environment) as agent:
            filler = disk / "filler"

            def disturb() -> None:
                with suppress(OSError), filler.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
                assert agent.percale("apply", "-f", "-", stdin=_MANY_PODS, check=False).returncode == 4
                filler.unlink()

            disturbed(lab, disturb)
            expect_it_still_follows(agent, store, lab)
        store.close()


_MANY_PODS = "\n---\n".join(
    f"apiVersion: v1\nkind: Pod\nmetadata: {{namespace: shop, name: p{number}, labels: {{x: {'x' * 60}}}}}"
    for number in range(1000)
)


def test_five_hundred_updates_of_a_policy(lab: Lab, sqlite: Store) -> None:
    store, environment = sqlite
    with enforced(lab, store, environment) as agent:
        before = agent.status().loads

        def disturb() -> None:
            for number in range(500):
                more = {"action": "Allow", "protocol": "TCP", "source": {"nets": [f"198.51.100.{number % 250}/32"]}}
                put(store, only_from("client", *([more] * (number % 3))))
                if number % 5 == 0:
                    agent.until_caught_up(store)
            agent.until_caught_up(store)

        disturbed(lab, disturb)
        after = agent.status()
        figures = f"{after.loads - before} loads for 500 updates, worst latency {after.latency.worst_s * 1000:.0f} ms"
        print(figures)  # noqa: T201  figures to be read
        assert after.failures == 0
        expect_it_still_follows(agent, store, lab)


def test_pods_that_come_and_go(lab: Lab, sqlite: Store) -> None:
    store, environment = sqlite
    with enforced(lab, store, environment) as agent:
        before = agent.status()

        def disturb() -> None:
            for number in range(60):
                one = pod(f"shop/extra-{number}", {"app": "client"}, at=[f"10.65.1.{number + 1}"], nodeName=NODE)
                store.create(one)
                agent.until_caught_up(store)
                if number % 2:
                    store.delete(key_of(one))
            agent.until_caught_up(store)

        disturbed(lab, disturb)
        after = agent.status()
        assert after.endpoints == before.endpoints + 30
        assert after.failures == 0
        expect_it_still_follows(agent, store, lab)
