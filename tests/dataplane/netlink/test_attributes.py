"""Attributes written and read."""

from percale.dataplane.netlink.attributes import attribute, nested, number, parsed, text, whole


def test_attributes_are_padded_to_words() -> None:
    assert attribute(3, b"abcde").hex() == "090003006162636465000000"
    assert number(1, 2).hex() == "0800010000000002"
    assert number(1, 2, 8).hex() == "0c0001000000000000000002"
    assert text(2, "ab").hex() == "0700020061620000"


def test_what_is_written_is_read_back() -> None:
    parts = text(1, "percale"), number(2, 7), attribute(3, b"\1"), attribute(4, b"")
    assert list(parsed(b"".join(parts))) == [(1, b"percale\0"), (2, b"\0\0\0\7"), (3, b"\1"), (4, b"")]
    assert list(whole(b"".join(parts))) == list(parts)
    assert list(parsed(nested(9, *parts))) == [(9, b"".join(parts))]


def test_what_is_cut_off_or_says_no_length_is_no_endless_loop() -> None:
    assert list(parsed(b"\x08")) == []
    assert len(list(parsed(bytes(8)))) == 2
