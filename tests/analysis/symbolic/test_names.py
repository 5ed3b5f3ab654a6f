import pytest

from percale.analysis.symbolic.names import Names
from percale.policy.domains import covers

_PATTERNS = ("example.com", "*.example.com", "www.example.com", "*.b.example.com", "Example.org.")
_ASKED = (
    "",
    "example.com",
    "EXAMPLE.COM.",
    "www.example.com",
    "a.www.example.com",
    "x.b.example.com",
    "b.example.com",
    "example.org",
    "notexample.com",
    "unheard.of",
)


@pytest.mark.parametrize("name", _ASKED)
def test_a_name_is_like_one_that_the_same_patterns_cover(name: str) -> None:
    like = Names(_PATTERNS).like(name)
    assert [covers(pattern, like) for pattern in _PATTERNS] == [covers(pattern, name) for pattern in _PATTERNS]


def test_names_that_no_pattern_covers_are_like_none() -> None:
    assert Names(_PATTERNS).like("unheard.of") == Names(()).like("example.com") == ""
