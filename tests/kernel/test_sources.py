"""Nobody sends under an address that is not his own."""

import pytest

from agreement import world_from
from kernel_support import address_of
from percale.lab.layout import NODE, OUTSIDE
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import UDP
from random_worlds import ADDRESSES, ELSEWHERE, PODS

pytestmark = pytest.mark.kernel

ME, OTHER, VICTIM = PODS[:3]


@pytest.fixture(autouse=True)
def _open_pods(lab: Lab) -> None:
    """Pods without any policy: what is dropped is dropped for its source."""
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name.partition("/")[2], "namespace": name.partition("/")[0]},
        }
        for name in PODS
    ]
    enforce(in_lab(world_from(pods), lab), lab)


def _of(name: str, version: int) -> Address:
    return next(one for one in ADDRESSES[name] if one.version == version)


def _arrives(lab: Lab, sender: str, source: Address, destination: Address) -> bool:
    return bool(send_all(lab, [(sender, Packet(source, destination, UDP, 40000, 4000))]))


@pytest.mark.parametrize("version", [4, 6])
def test_an_own_address_passes(lab: Lab, version: int) -> None:
    assert _arrives(lab, ME, _of(ME, version), _of(VICTIM, version))
    assert _arrives(lab, ME, _of(ME, version), address_of(lab, OUTSIDE, version))


@pytest.mark.parametrize("version", [4, 6])
def test_a_pod_cannot_use_another_pods_address(lab: Lab, version: int) -> None:
    assert not _arrives(lab, ME, _of(OTHER, version), _of(VICTIM, version))
    assert not _arrives(lab, ME, _of(OTHER, version), address_of(lab, OUTSIDE, version))
    assert not _arrives(lab, ME, _of(OTHER, version), address_of(lab, NODE, version))


@pytest.mark.parametrize("version", [4, 6])
def test_a_pod_cannot_use_an_outside_address(lab: Lab, version: int) -> None:
    foreign = next(one for one in ELSEWHERE if one.version == version)
    assert not _arrives(lab, ME, foreign, _of(VICTIM, version))


@pytest.mark.parametrize("version", [4, 6])
def test_a_pod_cannot_use_its_nodes_address(lab: Lab, version: int) -> None:
    assert not _arrives(lab, ME, address_of(lab, NODE, version), _of(VICTIM, version))


@pytest.mark.parametrize("version", [4, 6])
def test_the_outside_cannot_use_a_pods_address(lab: Lab, version: int) -> None:
    assert not _arrives(lab, OUTSIDE, _of(OTHER, version), _of(VICTIM, version))
