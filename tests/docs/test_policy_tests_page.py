"""The page about expectations has every field of their types, and every field stands in a row or the text."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from percale.resources.policy_test import Between, EndFields, Expectation, Isolation

_PAGE = (Path(__file__).parents[2] / "docs/reference/policy-tests.md").read_text(encoding="utf-8")


def _fields() -> Iterator[tuple[str, str]]:
    for struct, section in ((Expectation, "Expectations"), (Between, "Expectations"), (Isolation, "Expectations")):
        yield from ((section, field.encode_name) for field in msgspec.structs.fields(struct))
    yield from (("Ends", field.encode_name) for field in msgspec.structs.fields(EndFields))


@pytest.mark.parametrize(("section", "field"), tuple(_fields()))
def test_the_page_has_every_field(section: str, field: str) -> None:
    found = re.search(rf"^## {section}\n(.*?)(?=^## )", _PAGE, re.DOTALL | re.MULTILINE)
    assert found
    assert re.search(rf"`\{{?(\w+: [^`]*)?{field}[:`]", found[1])
