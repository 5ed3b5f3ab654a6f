"""Beside other tables: nothing of theirs is loosened, and nothing of ours."""

from collections.abc import Iterator

import pytest

from agreement import world_from
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_worlds import ADDRESSES, PODS

pytestmark = pytest.mark.kernel

_PACKET = Packet(ADDRESSES[PODS[0]][0], ADDRESSES[PODS[1]][0], TCP, 40000, 80)


@pytest.fixture
def other_table(lab: Lab) -> Iterator[str]:
    yield "theirs"
    lab.node.run(("nft", "delete", "table", "ip", "theirs"))


def _arrives(lab: Lab) -> bool:
    return bool(send_all(lab, [(PODS[0], _PACKET)]))


def _enforce(lab: Lab, *, denied: bool) -> None:
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": dict(zip(("namespace", "name"), name.split("/"), strict=True))}
        for name in PODS
    ]
    deny = {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "deny"}}
    enforce(in_lab(world_from([*pods, *([deny] if denied else [])]), lab), lab)


def _load(lab: Lab, table: str, priority: int, policy: str, verdict: str) -> None:
    hook = f"type filter hook forward priority {priority}; policy {policy};"
    lab.node.run(("nft", "-f", "-"), stdin=f"table ip {table} {{\nchain c {{\n{hook}\n{verdict}\n}}\n}}\n")


@pytest.mark.parametrize("priority", [-10, 0, 10])
def test_an_accept_of_ours_does_not_save_what_another_table_drops(lab: Lab, other_table: str, priority: int) -> None:
    _enforce(lab, denied=False)
    assert _arrives(lab)
    _load(lab, other_table, priority, "drop", "")
    assert not _arrives(lab)


@pytest.mark.parametrize("priority", [-10, 0, 10])
def test_an_accept_of_another_table_does_not_save_what_we_drop(lab: Lab, other_table: str, priority: int) -> None:
    _enforce(lab, denied=True)
    _load(lab, other_table, priority, "accept", "accept")
    assert not _arrives(lab)
