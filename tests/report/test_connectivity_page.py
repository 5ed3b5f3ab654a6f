"""The page in the hands of a reader: clicks, keys and the filter, as a browser's document has them."""

import re
from typing import Any

import pytest

from percale.report.connectivity_html import connectivity_html
from report.connectivity_views import hostile, shop, view_of
from report.node_programs import NodePrograms

_TEXTS = ("", "DB", "outside web", "nobody")


@pytest.fixture(scope="module")
def seen(node_programs: NodePrograms) -> dict[str, Any]:
    page = connectivity_html([view_of(shop())], expand=False)
    found: dict[str, Any] = node_programs.run("page.mjs", {"page": page, "texts": _TEXTS})
    return found


def test_a_click_on_an_answer_says_why(seen: dict[str, Any]) -> None:
    assert seen["faults"] == []
    assert seen["startsHidden"]
    why = dict(one["answer"] for one in seen["clicked"])
    assert len(why) == 6
    assert "ingress of shop/web denies: NetworkPolicy shop/web ingress[0] (Deny)" in why["shop/db → shop/web"]
    assert "NetworkPolicy shop/web ingress[1] (Allow)" in why["everything outside → shop/web"]
    assert all(one["shown"] and one["closed"] for one in seen["clicked"])


def test_a_key_does_what_a_click_does(seen: dict[str, Any]) -> None:
    assert seen["focusable"]
    assert seen["byKey"] == seen["clicked"]


@pytest.mark.parametrize(
    ("text", "rows", "places", "said"),
    [
        (
            "",
            [
                ["shop/web", "shop/db, everything outside"],
                ["shop/db", "everything outside"],
                ["everything outside", "shop/web"],
                ["everything outside", "shop/db"],
            ],
            ["shop", "outside"],
            "",
        ),
        (
            "DB",
            [
                ["shop/web", "shop/db, everything outside"],
                ["shop/db", "everything outside"],
                ["everything outside", "shop/db"],
            ],
            ["shop", "outside"],
            "3 of 4",
        ),
        (
            "outside web",
            [["shop/web", "shop/db, everything outside"], ["everything outside", "shop/web"]],
            ["shop", "outside"],
            "2 of 4",
        ),
        ("nobody", [], [], "0 of 4"),
    ],
)
def test_the_filter_leaves_what_contains_every_word(
    seen: dict[str, Any], text: str, rows: list[list[str]], places: list[str], said: str
) -> None:
    assert seen["filterShown"]
    assert seen["filtered"][_TEXTS.index(text)] == {"rows": rows, "places": places, "said": said}


def test_a_page_of_hostile_names_runs_no_script_but_its_own(node_programs: NodePrograms) -> None:
    page = connectivity_html([hostile()], expand=True)
    seen = node_programs.run("page.mjs", {"page": page, "texts": ["onerror=alert(1)"]})
    assert seen["faults"] == []
    assert len(seen["clicked"]) == len(re.findall("data-why=", page)) > 0
    assert all(one["answer"][1] for one in seen["clicked"])
    assert len(seen["filtered"][0]["rows"]) > 0
