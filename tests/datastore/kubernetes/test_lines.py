"""The bodies of watches, as a real server wrote them and however they are cut."""

import json
from pathlib import Path

import pytest

from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.lines import Lines, event_in

RECORDED = sorted((Path(__file__).parent / "recorded").glob("watch-*.jsonl"))
SIZES = (1, 2, 3, 7, 13, 64, 1021)


def whole(pieces: list[bytes]) -> list[bytes]:
    lines = Lines()
    return [line for piece in pieces for line in lines.fed(piece)]


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_stream_cut_anywhere_has_the_lines_that_were_whole(file: Path) -> None:
    body = file.read_bytes()
    expected = body.splitlines()
    for place in range(len(body) + 1):
        assert whole([body[:place]]) == expected[: body[:place].count(b"\n")]
        assert whole([body[:place], body[place:]]) == expected


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_pieces_of_any_size_make_the_same_lines(file: Path, size: int) -> None:
    body = file.read_bytes()
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert whole(pieces) == body.splitlines()
    assert [event_in(line).type for line in whole(pieces)] == [json.loads(line)["type"] for line in body.splitlines()]


def test_an_error_event_is_raised_as_what_it_is() -> None:
    line = (Path(__file__).parent / "recorded" / "410.json").read_bytes()
    with pytest.raises(CallFailed, match=r"too old resource version: 2 \(1024\)") as raised:
        event_in(line)
    assert raised.value.failure is Failure.EXPIRED


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"type":"PUT","object":{}}', b'{"type":"ADDED"}', b"\xff", b"null"])
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(CallFailed, match="no event"):
        event_in(line)
