"""Namespaces: apart from each other, left as they were, and gone in the end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from percale.host.commands import CommandFailed, run
from percale.host.netns import NamespacesForbidden, NetNs

pytestmark = pytest.mark.kernel

_ALL_USERS = str(2**32 - 1)
_NEEDS_ANOTHER_USER = pytest.mark.skipif(
    os.geteuid() != 0 or _ALL_USERS not in Path("/proc/self/uid_map").read_text(encoding="ascii"),
    reason="becomes another user, which takes real root",
)
_LIST_LINKS = ("ip", "-brief", "link")


def _inode(namespace: NetNs) -> int:
    """What tells it from every other one that is alive."""
    return Path(namespace.path).stat().st_ino


def _here() -> int:
    with NetNs.current() as here:
        return _inode(here)


def test_a_namespace_starts_with_nothing_but_a_loopback() -> None:
    with NetNs.create() as namespace:
        assert [line.split()[0] for line in namespace.run(_LIST_LINKS).splitlines()] == ["lo"]


def test_what_is_made_inside_is_not_seen_outside() -> None:
    before = run(_LIST_LINKS)
    with NetNs.create() as one, NetNs.create() as other:
        one.run(("ip", "link", "add", "cable0", "type", "veth", "peer", "name", "cable1"))
        assert "cable0" in one.run(_LIST_LINKS)
        assert "cable0" not in other.run(_LIST_LINKS)
        assert run(_LIST_LINKS) == before


def test_creating_and_entering_leave_the_thread_where_it_was() -> None:
    home = _here()
    with NetNs.create() as namespace:
        assert _here() == home
        with namespace.entered():
            assert _here() == _inode(namespace) != home
        assert _here() == home


def test_an_error_inside_leaves_the_thread_where_it_was() -> None:
    home = _here()
    with NetNs.create() as namespace:
        with pytest.raises(ZeroDivisionError), namespace.entered():
            _ = 1 / 0
        with pytest.raises(CommandFailed):
            namespace.run(("false",))
    assert _here() == home


def test_namespaces_nest() -> None:
    with NetNs.create() as outer, NetNs.create() as inner, outer.entered():
        with inner.entered():
            assert _here() == _inode(inner)
        assert _here() == _inode(outer)


def test_other_threads_stay_where_they_are() -> None:
    home, seen = _here(), list[int]()
    with NetNs.create() as namespace:
        go, done = threading.Event(), threading.Event()

        def look() -> None:
            go.wait(10)
            seen.append(_here())
            done.set()

        thread = threading.Thread(target=look)
        thread.start()
        with namespace.entered():
            go.set()
            done.wait(10)
        thread.join()
    assert seen == [home]


def test_a_socket_belongs_to_its_namespace() -> None:
    with NetNs.create() as namespace:
        namespace.run(("ip", "link", "set", "lo", "up"))
        with namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            with namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
                client.connect(server.getsockname())
            with socket.socket() as stranger:
                assert stranger.connect_ex(server.getsockname()) != 0


def test_a_setting_is_changed_inside_only() -> None:
    setting = Path("/proc/sys/net/ipv4/ip_default_ttl")
    before = setting.read_text(encoding="ascii")
    with NetNs.create() as namespace:
        namespace.sysctl("net/ipv4/ip_default_ttl", 7)
        with namespace.entered():
            assert setting.read_text(encoding="ascii") == "7\n"
    assert setting.read_text(encoding="ascii") == before


def test_another_process_finds_it_by_its_path() -> None:
    with NetNs.create() as namespace, NetNs.open(namespace.path) as again:
        assert _inode(again) == _inode(namespace)
        program = ("stat", "--dereference", "--format=%i", namespace.path)
        assert int(run(program)) == _inode(namespace)


def test_closing_twice_closes_no_stranger() -> None:
    namespace = NetNs.create()
    descriptor = int(Path(namespace.path).name)
    namespace.close()
    reader, writer = os.pipe()
    assert descriptor in {reader, writer}
    namespace.close()
    os.close(reader)
    os.close(writer)


def test_descriptors_are_closed_and_nothing_is_mounted() -> None:
    def held() -> tuple[int, list[Path]]:
        return len(os.listdir("/proc/self/fd")), [*Path("/run").glob("netns/*")]  # noqa: PTH208  only counted

    before = held()
    for _ in range(3):
        with NetNs.create() as namespace, namespace.entered():
            pass
    assert held() == before


def test_children_do_not_inherit_the_descriptor() -> None:
    with NetNs.create() as namespace:
        assert not os.get_inheritable(int(Path(namespace.path).name))


def _child(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  this interpreter, on a text of our own
        (sys.executable, "-c", program), check=False, capture_output=True, encoding="utf-8"
    )


@_NEEDS_ANOTHER_USER
def test_a_thread_that_cannot_return_ends_the_process() -> None:
    ended = _child(
        "import os\nfrom percale.host.netns import NetNs\n"
        "with NetNs.create().entered():\n    os.setuid(65534)\nprint('still there')"
    )
    assert ended.returncode == -signal.SIGABRT
    assert ended.stderr.startswith("percale: cannot return to the namespace it came from")
    assert "still there" not in ended.stdout


@_NEEDS_ANOTHER_USER
def test_an_ordinary_user_is_told_what_is_missing() -> None:
    ended = _child("import os\nfrom percale.host.netns import NetNs\nos.setuid(65534)\nNetNs.create()")
    assert NamespacesForbidden.__name__ in ended.stderr
