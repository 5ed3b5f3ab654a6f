"""What the page about Python shows is what Python prints, and all that is public is on the page."""

import doctest
import re
import shutil
from pathlib import Path

import pytest

import percale

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
_BLOCKS = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", _PAGE, re.DOTALL | re.MULTILINE))


def test_the_blocks_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(_ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    page = doctest.DocTestParser().get_doctest(_BLOCKS, {}, "python.md", None, 0)
    assert len(page.examples) > 20
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(page, out=said.append)
    assert not outcome.failed, "".join(said)


@pytest.mark.parametrize(
    "name",
    [
        *(one for one in percale.__all__ if not one.startswith("__")),
        *(one for one in dir(percale.World) if not one.startswith("_") and one != "model"),
    ],
)
def test_the_page_has_every_public_name(name: str) -> None:
    assert re.search(rf"\b{name}\b", _PAGE)
