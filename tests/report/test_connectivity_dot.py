"""The drawn picture opens in a program that knows nothing of Graphviz."""

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from percale.host import commands
from percale.policy.from_resources import world_of
from percale.report.connectivity_dot import connectivity_dot
from percale.report.connectivity_view import View
from percale.resources.decode import decode
from percale.resources.files import read
from report.connectivity_views import hostile, view_of

OCTOBER = Path(__file__).parents[2] / "examples" / "october"


def _october() -> View:
    return view_of(world_of(decode(read([str(OCTOBER)]))))


@pytest.mark.parametrize("view_made", [_october, hostile])
def test_the_picture_is_rendered_with_a_size(view_made: Callable[[], View]) -> None:
    if not shutil.which("rsvg-convert"):
        pytest.skip("rsvg-convert is not installed (on Debian and Ubuntu: apt install librsvg2-bin)")
    drawn = commands.run(["dot", "-Tsvg"], stdin=connectivity_dot([view_made()], expand=True))
    png = commands.run_binary(["rsvg-convert"], stdin=drawn.encode())
    chunks = dict(_chunks(png))
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert min(width, height) > 200
    # A picture of nothing has one colour.
    assert len(set(zlib.decompress(chunks[b"IDAT"]))) > 10


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Parts that were split are joined, as IDAT may be."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        data += body if kind == b"IDAT" else b""
        yield kind, data if kind == b"IDAT" else body
        at += 12 + length
