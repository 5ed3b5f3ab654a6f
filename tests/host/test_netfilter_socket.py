"""The socket to netfilter, with requests written by hand: 10 is nf_tables, 0 is a new table, 1 a dump of tables."""

import errno
import struct
from collections.abc import Iterator

import pytest

from kernel_support import require_namespaces
from percale.host.netfilter_socket import NetfilterSocket, NftablesNotices, Refusal
from percale.host.netns import NetNs

pytestmark = pytest.mark.kernel

_REQUEST, _CREATE, _DUMP = 1, 0x400, 0x300
_IP = b"\2\0\0\0"


def _message(kind: int, flags: int, number: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body


def _transaction(*messages: bytes) -> bytes:
    envelope = b"\0\0\0\x0a"
    return b"".join([_message(16, _REQUEST, 0, envelope), *messages, _message(17, _REQUEST, 99, envelope)])


def _new_table(number: int, name: str) -> bytes:
    encoded = name.encode() + b"\0"
    attribute = struct.pack("=HH", 4 + len(encoded), 1) + encoded + bytes(-len(encoded) % 4)
    return _message(10 << 8, _REQUEST | _CREATE, number, _IP + attribute)


def _rule_of_nothing(number: int) -> bytes:
    return _message(10 << 8 | 6, _REQUEST | _CREATE, number, _IP)


_TABLES = _message(10 << 8 | 1, _REQUEST | _DUMP, 1, _IP)
_GENERATION = _message(10 << 8 | 16, _REQUEST, 1, _IP)


@pytest.fixture
def namespace() -> Iterator[NetNs]:
    require_namespaces()
    with NetNs.create() as made:
        yield made


@pytest.fixture
def netlink(namespace: NetNs) -> Iterator[NetfilterSocket]:
    with NetfilterSocket.within(namespace) as opened:
        yield opened


def test_a_transaction_that_is_taken_refuses_nothing(netlink: NetfilterSocket) -> None:
    assert netlink.transact(_transaction(_new_table(1, "a"), _new_table(2, "b"))) == []
    assert len(netlink.dump(_TABLES)) == 2


def test_what_is_refused_is_told_by_its_number_and_nothing_else_is_done(netlink: NetfilterSocket) -> None:
    refused = netlink.transact(_transaction(_new_table(1, "a"), _rule_of_nothing(7), _new_table(8, "b")))
    assert [(one.number, one.error) for one in refused] == [(7, errno.EINVAL)]
    assert netlink.dump(_TABLES) == []


def test_of_more_refusals_than_fit_the_first_are_told(netlink: NetfilterSocket) -> None:
    refused = netlink.transact(_transaction(*map(_rule_of_nothing, range(1, 20_000))))
    assert refused[0].number == 1
    assert len(refused) < 20_000
    assert netlink.transact(_transaction(_new_table(1, "a"))) == []


def test_a_transaction_may_be_larger_than_a_socket_usually_sends(netlink: NetfilterSocket) -> None:
    assert netlink.transact(_transaction(*[_new_table(1, "a")] * 100_000)) == []


def test_each_transaction_is_another_generation(netlink: NetfilterSocket) -> None:
    before = netlink.ask(_GENERATION)
    assert netlink.ask(_GENERATION) == before
    netlink.transact(_transaction(_new_table(1, "a")))
    assert netlink.ask(_GENERATION) != before


def test_a_request_that_is_refused_raises(netlink: NetfilterSocket) -> None:
    with pytest.raises(OSError, match="nf_tables") as failure:
        netlink.ask(_message(10 << 8 | 1, _REQUEST, 1, _IP + b"\x06\0\1\0x\0\0\0"))
    assert failure.value.errno == errno.ENOENT


def test_a_socket_works_in_the_namespace_that_it_was_opened_in(namespace: NetNs, netlink: NetfilterSocket) -> None:
    netlink.transact(_transaction(_new_table(1, "here")))
    assert namespace.run(("nft", "list", "tables")) == "table ip here\n"
    with NetNs.create() as other, NetfilterSocket.within(other) as elsewhere:
        assert elsewhere.dump(_TABLES) == []


def test_only_what_others_change_is_noticed(namespace: NetNs, netlink: NetfilterSocket) -> None:
    notices = NftablesNotices.within(namespace)
    assert not notices.others_changed(netlink)
    netlink.transact(_transaction(_new_table(1, "own")))
    assert not notices.others_changed(netlink)
    namespace.run(("nft", "add", "table", "ip", "theirs"))
    assert notices.others_changed(netlink)
    assert not notices.others_changed(netlink)
    notices.close()


@pytest.mark.parametrize(
    ("reason", "shown"),
    [("", "No such file or directory"), ("no chain", "No such file or directory (no chain)")],
)
def test_a_refusal_says_why(reason: str, shown: str) -> None:
    assert str(Refusal(1, errno.ENOENT, reason)) == shown
