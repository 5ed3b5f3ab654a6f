import pytest

from builders import kubernetes_policy, pod, tcp, world
from percale.analysis.symbolic.engine import Engine

_PEERS = 80


@pytest.fixture(scope="module")
def engine() -> Engine:
    """A pod that lets in each of many peers at a port of its own, so that its row has more parts than a word bits."""
    rules = [
        {
            "from": [{"podSelector": {"matchLabels": {"peer": str(number)}}}],
            "ports": [{"protocol": "TCP", "port": 1000 + number}],
        }
        for number in range(_PEERS)
    ]
    peers = (pod(f"a/peer{number}", {"peer": str(number)}, at=[f"10.1.0.{number}"]) for number in range(_PEERS))
    selects = {"matchLabels": {"app": "server"}}
    policy = kubernetes_policy("a/many", podSelector=selects, policyTypes=["Ingress"], ingress=rules)
    return Engine.of(world(pod("a/server", {"app": "server"}, at=["10.0.0.1"]), *peers, policy), 4)


def test_a_table_tells_more_parts_of_a_row_apart_than_a_word_has_bits(engine: Engine) -> None:
    way = engine.ingress
    server = next(one for one in engine.world.workloads if one.name == "server")
    (identity,) = engine.identities.of_endpoint[server]
    subject = int(way.subjects.class_of[identity])
    assert len(way.row(subject)) == _PEERS
    for number in range(_PEERS):
        packet = tcp(engine.world, f"a/peer{number}", "a/server", 1000 + number)
        peer = int(way.peers.class_of[engine.identity(packet.source)])
        wire = way.table.wires[int(way.table.numbers[subject, peer])]
        assert str(engine.cells.traffic(wire)) == f"TCP to {1000 + number}"
