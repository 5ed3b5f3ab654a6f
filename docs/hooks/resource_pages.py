# ruff: noqa: INP001  a script of the documentation's build
"""Writes what the code knows into the page of each kind: its versions and names, and its fields."""

from mkdocs.structure.pages import Page
from resource_fields import fields_of, metadata_fields
from resource_names import facts_of, page_of

from percale.resources.kinds import KINDS

FOLDER = "reference/resources/"
FACTS, FIELDS, METADATA = "<!-- facts -->", "<!-- fields -->", "<!-- metadata -->"

_KINDS = {f"{FOLDER}{page_of(kind)}": kind for kind in KINDS}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    return with_fields(markdown, page.file.src_uri)


def with_fields(markdown: str, path: str) -> str:
    """The page as readers see it; `path` is that of its file below `docs`."""
    if path == f"{FOLDER}index.md":
        return markdown.replace(METADATA, metadata_fields())
    if kind := _KINDS.get(path):
        return markdown.replace(FACTS, facts_of(kind)).replace(FIELDS, fields_of(kind))
    return markdown
