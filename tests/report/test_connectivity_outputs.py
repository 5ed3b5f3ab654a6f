"""Every form of output with names that strangers chose, and how long outputs get."""

import csv
import json
import re
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

from bench.cluster import cluster
from builders import world
from percale.host import commands
from percale.report.connectivity_csv import connectivity_csv
from percale.report.connectivity_dot import connectivity_dot
from percale.report.connectivity_html import connectivity_html
from percale.report.connectivity_json import connectivity_json
from percale.report.connectivity_matrix import connectivity_matrix
from percale.report.connectivity_mermaid import connectivity_mermaid
from percale.report.connectivity_summary import summary_lines
from percale.report.connectivity_text import connectivity_text
from percale.report.connectivity_view import View
from report.connectivity_views import HOSTILE, hostile, shop, view_of


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.open: list[str] = []
        self.shown = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.shown += data


def test_a_page_is_well_formed_and_holds_hostile_text_as_text() -> None:
    page = _Page(connectivity_html([hostile()], expand=True))
    assert page.open == []
    assert len(page.scripts) == 2
    assert all(isinstance(lines, list) for lines in json.loads(page.scripts[0]))
    assert not [tag for tag, _ in page.tags if tag in {"img", "link", "iframe"}]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"]
    assert "\x1b" not in page.shown
    for value in HOSTILE[:4]:
        assert f"shop/[app={value}]" in page.shown


def test_a_page_asks_for_nothing_from_elsewhere() -> None:
    text = connectivity_html([view_of(shop())], expand=False)
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|url\(|@import|\bimport\(|fetch\(", text)


def test_a_page_says_why_of_every_pair() -> None:
    page = _Page(connectivity_html([view_of(shop())], expand=False))
    reasons = json.loads(page.scripts[0])
    cells = [attributes for tag, attributes in page.tags if tag == "td" and "data-why" in attributes]
    why = {str(one["title"]): "\n".join(reasons[int(str(one["data-why"]))]) for one in cells}
    assert len(why) == len(reasons) == 6
    assert "is denied\n" in why["shop/db → shop/web"]
    assert "ingress of shop/web denies: NetworkPolicy shop/web ingress[0] (Deny)" in why["shop/db → shop/web"]
    assert "NetworkPolicy shop/web ingress[1] (Allow)" in why["everything outside → shop/web"]
    assert "profile kns.shop" in why["shop/web → shop/db"]


def test_a_page_without_scripts_is_the_list() -> None:
    page = _Page(connectivity_html([view_of(shop())], expand=False))
    assert "everything outsideshop/webTCP to 80" in page.shown.replace("\n", "")
    hidden = [attributes.get("id") for _, attributes in page.tags if "hidden" in attributes]
    assert hidden == ["filter", "why"]


_NODE = r'n\d+(\(\["[^"`<>]*(<br/>[^"`<>]*)*"\]\)|\["[^"`<>]*(<br/>[^"`<>]*)*"\])'
_LINE = re.compile(rf'flowchart LR|  (  )?{_NODE}|  subgraph s\d+\["[^"`<>]*"\]|  end|  n\d+ -->\|"[^"`|]*"\| n\d+')


def test_mermaid_is_of_lines_that_its_grammar_has_whatever_the_names() -> None:
    lines = connectivity_mermaid([hostile()], expand=True).splitlines()
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    assert sum(line.startswith("    n") for line in lines) == len(HOSTILE)


def test_graphviz_draws_hostile_names_as_they_are() -> None:
    shown = _drawn(hostile())
    for value in HOSTILE[:4]:
        assert f"[app={value}]" in shown


def test_a_picture_shows_every_group_and_edge() -> None:
    assert {"web", "db", "shop", "everything outside", "TCP to 80", "everything"} <= _drawn(view_of(shop()))


def _drawn(view: View) -> set[str]:
    svg = commands.run(["dot", "-Tsvg"], stdin=connectivity_dot([view], expand=True))
    return {one.text or "" for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314


def test_a_spreadsheet_takes_no_name_for_a_formula() -> None:
    rows = list(csv.reader(StringIO(connectivity_csv([hostile()], expand=True))))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_terminal_is_sent_no_escapes() -> None:
    view = hostile()
    for write in (connectivity_text, connectivity_matrix, connectivity_csv, connectivity_dot, connectivity_mermaid):
        assert "\x1b" not in write([view], expand=True)


# Sizes.


@pytest.fixture(scope="module")
def large() -> View:
    return view_of(world(*cluster(1_000, 100)))


def test_a_large_world_is_summed_up(large: View) -> None:
    text = connectivity_text([large], expand=False)
    assert text.startswith("by namespace, since there are 1000 workloads of ")
    assert len(text.splitlines()) <= 200
    assert len(connectivity_matrix([large], expand=False).splitlines()) <= 40
    assert len(connectivity_html([large], expand=False).encode()) < 1 << 20


def test_a_page_that_sums_up_shows_a_packet_for_each_line() -> None:
    view = view_of(world(*cluster(2_000, 500)))
    page = connectivity_html([view], expand=False)
    lines = [line.text.strip() for line in summary_lines(view) if line.text.startswith("  ")]
    assert len(lines) > 20
    shown = re.findall("<details><summary>(.*)</summary><pre>for instance (.*)\n", page)
    assert [unescape(text) for text, _ in shown] == lines
    assert all(packet.endswith(" passes") for _, packet in shown)


def test_in_full_it_is_all_there(large: View) -> None:
    assert len(connectivity_text([large], expand=True).splitlines()) > 200
    assert len(json.loads(connectivity_json([large], expand=False))["connections"]) == len(large.pairs())
