"""The lab as a network, and its end."""

import signal
import subprocess
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import pytest

from percale.errors import PercaleError
from percale.host.commands import run
from percale.host.netns import NetNs
from percale.lab.layout import Attachment, LabPod
from percale.lab.topology import Lab

pytestmark = pytest.mark.kernel

_LIST_LINKS = ("ip", "-brief", "link")


def test_pods_node_and_outside_have_the_addresses_the_lab_says(lab: Lab) -> None:
    stated = {name: pod.addresses for name, pod in lab.workloads.items()}
    stated |= {"node": lab.node_addresses, "outside": lab.outside_addresses}
    for name, addresses in stated.items():
        shown = lab.namespace(name).run(("ip", "-brief", "address"))
        assert all(f" {address}/" in shown for address in addresses)
        assert {lab.owner_of(address) for address in addresses} == {name}
    assert lab.owner_of(ip_address("203.0.113.9")) is None


def test_interfaces_and_macs_are_the_ones_the_lab_says(lab: Lab) -> None:
    for pod in lab.pods:
        assert len(lab.interface_of(pod)) <= 15
        assert f"{lab.interface_of(pod)}@" in lab.node.run(_LIST_LINKS)
        assert lab.mac_of(pod) in lab.pods[pod].run((*_LIST_LINKS, "show", "eth0"))


@pytest.mark.parametrize("version", [4, 6])
def test_everybody_pings_everybody_at_once(lab: Lab, version: int) -> None:
    names = [*lab.pods, "node", "outside"]
    addresses = {name: pod.addresses for name, pod in lab.workloads.items()}
    addresses |= {"node": lab.node_addresses, "outside": lab.outside_addresses}
    for sender in names:
        for address in (a for name in names for a in addresses[name] if a.version == version):
            lab.namespace(sender).run(("ping", "-c", "1", "-W", "1", str(address)))


def test_a_given_outside_address_is_reached_even_inside_the_pod_network() -> None:
    stranger = ip_address("10.65.7.7")
    with Lab.build([LabPod("web")], outside_addresses=[stranger, stranger]) as lab:
        assert lab.outside_addresses.count(stranger) == 1
        lab.pods["web"].run(("ping", "-c", "1", "-W", "1", str(stranger)))


def test_a_pod_keeps_an_address_outside_the_pod_networks() -> None:
    stray = ip_address("172.16.5.5")
    with Lab.build([LabPod("web", (stray,))]) as lab:
        assert lab.workloads["web"].addresses[0] == stray
        lab.outside.run(("ping", "-c", "1", "-W", "1", str(stray)))


def test_bridged_packets_are_shown_to_rules() -> None:
    with Lab.build([], attachment=Attachment.BRIDGED) as lab, lab.node.entered():
        for name in ("iptables", "ip6tables"):
            setting = Path(f"/proc/sys/net/bridge/bridge-nf-call-{name}")
            assert setting.read_text(encoding="ascii") == "1\n"


@pytest.mark.parametrize(
    ("pods", "says"),
    [
        ([LabPod("node")], "a pod of the lab cannot be called `node`"),
        ([LabPod("a"), LabPod("a")], "two pods called `a`"),
        ([LabPod("a", (ip_address("192.0.2.1"),))], "`a` and `node` both have the address"),
    ],
)
def test_a_lab_that_cannot_be_is_refused(pods: list[LabPod], says: str) -> None:
    with pytest.raises(PercaleError, match=says):
        Lab.build(pods)


def test_a_failed_build_leaves_no_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PercaleError, match="`ip` is not installed"):
        Lab.build([LabPod("a")])
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_thirty_pods_are_quickly_built(capsys: pytest.CaptureFixture[str]) -> None:
    for attachment in Attachment:
        started = time.perf_counter()
        with Lab.build([LabPod(f"pod-{n}") for n in range(30)], attachment=attachment):
            built_s = time.perf_counter() - started
        with capsys.disabled():
            sys.stdout.write(f"\n30 pods, {attachment}: {built_s:.2f} s\n")


_HOLD_A_LAB = """
from percale.lab.layout import LabPod
from percale.lab.topology import Lab
lab = Lab.build([LabPod("web"), LabPod("client")])
print(*(space.path for space in (lab.node, lab.outside, *lab.pods.values())), flush=True)
input()
"""


def _traces() -> tuple[str, list[Path]]:
    return run(_LIST_LINKS), [*Path("/run").glob("netns/*")]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_of_a_lab_whose_process_is_killed(sent: signal.Signals) -> None:
    before = _traces()
    with NetNs.create() as witness:
        with subprocess.Popen(  # noqa: S603  this interpreter, on a text of our own
            (sys.executable, "-c", _HOLD_A_LAB),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        ) as child:
            assert child.stdout is not None
            # A cable from each of the lab's namespaces into ours: it goes when its other end does.
            for number, path in enumerate(child.stdout.readline().split()):
                cable = (
                    "ip",
                    "link",
                    "add",
                    f"near{number}",
                    "type",
                    "veth",
                    "peer",
                    f"far{number}",
                    "netns",
                    witness.path,
                )
                with NetNs.open(path) as theirs:
                    theirs.run(cable)
            assert witness.run(_LIST_LINKS).count("far") == 4
            child.send_signal(sent)
        deadline = time.monotonic() + 10
        while "far" in (left := witness.run(_LIST_LINKS)) and time.monotonic() < deadline:
            time.sleep(0.01)  # the kernel dismantles namespaces in its own time
        assert "far" not in left
    assert _traces() == before
