"""Three nodes with an agent each, on one etcd: what passes between their pods is what the model says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest

from agents import AgentProcess, agent_on, put
from builders import Manifest
from etcd_servers import Member, running
from fleet import Fleet, fleet
from kernel_support import require_namespaces
from percale.datastore.configuration import Settings
from percale.datastore.interface import Datastore
from percale.datastore.keys import EVERYTHING, key_of
from percale.datastore.opening import open_store
from percale.policy.from_resources import world_of
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.resources.decode import decode
from percale.resources.documents import Document
from percale.resources.problems import Place
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from random_worlds import PODS, Generator
from relays import relayed

pytestmark = pytest.mark.kernel

NODES = {"alpha": PODS[0:3], "beta": PODS[3:5], "gamma": PODS[5:7]}
PORTS = (53, 80, 8080)
SEEDS = (1, 2, 3, 4, 5, 6)


@contextmanager
def agents(built: Fleet, environment: dict[str, str]) -> Iterator[list[AgentProcess]]:
    with ExitStack() as held:
        yield [held.enter_context(agent_on(space, environment, "--node", name)) for name, space in built.nodes.items()]


def placed(built: Fleet, manifest: Manifest) -> Manifest:
    """A pod of the fleet where it is; nodes say which networks are theirs."""
    if manifest["kind"] != "Pod":
        return manifest
    name = f"{manifest['metadata']['namespace']}/{manifest['metadata']['name']}"
    (node,) = (one for one, its in NODES.items() if name in its)
    status = {"podIPs": [{"ip": str(built.addresses[name])}]}
    return {**manifest, "spec": {**manifest["spec"], "nodeName": node}, "status": status}


def nodes() -> list[Manifest]:
    return [
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {"podCIDRs": [f"10.65.{number}.0/24"]}}
        for number, name in enumerate(NODES, 1)
    ]


def world_in(store: Datastore) -> World:
    found = store.list(EVERYTHING).resources
    return world_of(decode([Document("store", dict(one), lambda _: Place("store")) for one in found]))


def make(store: Datastore, wanted: list[Manifest]) -> None:
    """The store holds these and nothing else."""
    keys = {key_of(one) for one in wanted}
    for one in store.list(EVERYTHING).resources:
        if key_of(one) not in keys:
            store.delete(key_of(one))
    put(store, *wanted)


def expect_agreement(built: Fleet, store: Datastore, seed: int) -> tuple[int, int]:
    """How many packets were let through, and how many were not."""
    world = world_in(store)
    packets = [
        Packet(one, other, UDP, 40000 + number, port)
        for one in built.addresses.values()
        for other in built.addresses.values()
        for number, port in enumerate(PORTS)
        if one != other
    ]
    expected = [judge(world, one).allowed for one in packets]
    wrong = [
        one for one, wanted, found in zip(packets, expected, built.arrived(packets), strict=True) if wanted != found
    ]
    assert not wrong, f"seed {seed}: the kernel and the model disagree about {wrong}"
    return sum(expected), len(expected) - sum(expected)


def test_the_nodes_of_one_store_enforce_what_the_model_says(tmp_path: Path) -> None:
    require_namespaces()
    member = Member(tmp_path / "etcd")
    environment = {"DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": member.url}
    with (
        fleet(NODES) as built,
        running(member),
        relayed(member.client_port, *built.nodes.values()),
        agents(built, environment) as running_agents,
    ):
        store = open_store(Settings(datastore_type="etcdv3", etcd_endpoints=member.url))
        let_through, denied = 0, 0
        for seed in SEEDS:
            make(store, [*nodes(), *(placed(built, one) for one in Generator(Random(seed)).world())])
            for one in running_agents:
                one.until_caught_up(store)
            passing, not_passing = expect_agreement(built, store, seed)
            let_through, denied = let_through + passing, denied + not_passing
        store.close()
    print(f"three nodes: {let_through} packets let through, {denied} denied, as the model says")  # noqa: T201
    assert let_through > 50
    assert denied > 50
