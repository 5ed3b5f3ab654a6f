"""The table was taken from what sigs.k8s.io/yaml itself makes of each scalar."""

import math

import pytest

from percale.resources.scalars import is_known, plain, tag_name, tagged

TAG = "tag:yaml.org,2002:"

NULLS = ["", "~", "null", "Null", "NULL"]
TRUE = ["true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]
FALSE = ["false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"]
STRINGS = [
    "nULL",
    "tRUE",
    "yEs",
    "oN",
    "web",
    "a-b",
    "10.0.0.0/8",
    "::1",
    "1.2.3.4",
    "1:52",
    "8000:59",
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "1,000",
    "1-2",
    "+",
    "--",
    "+-",
    "+-1",
    "_1",
    "0x",
    "0b",
    "0o",
    "-0x",
    "0b2",
    "0o8",
    "0B102",
    "00x1",
    "0b1e1",
    "0x1p3",
    "0x1.8p1",
    "1e",
    "1e+",
    "1.5.5",
    "infinity",
    "nan",
    "=",
    "<<",
    ".",
    "..",
    ".e3",
    "-.e3",
    ".iNF",
    ".infinity",
    "+.nan",
    "-.nan",
    "._1",
    ".5_",
    ".1__0",
    ".5e_1",
    ".0x1",
    ".5f",
    ".5e",
    ".5.5",
    "1e400",
    ".1e400",
    "0xFFFFFFFFFFFFFFFFFF",
    "-0b1111111111111111111111111111111111111111111111111111111111111111111",
    "٣",
    "²",
]
INTEGERS = [
    ("0", 0),
    ("-0", 0),
    ("+1", 1),
    ("8080", 8080),
    ("007", 7),
    ("00", 0),
    ("0777", 511),
    ("-017", -15),
    ("+017", 15),
    ("0o17", 15),
    ("0O17", 15),
    ("-0o17", -15),
    ("0b11", 3),
    ("-0b11", -3),
    ("+0b11", 3),
    ("0B1", 1),
    ("0x1F", 31),
    ("-0x1f", -31),
    ("0X1F", 31),
    ("1_000", 1000),
    ("1_", 1),
    ("1__0", 10),
    ("-_1", -1),
    ("0x_1", 1),
    ("0_x1", 1),
    ("0_7", 7),
    ("01_0", 8),
    ("0b0_1", 1),
    ("9223372036854775808", 1 << 63),
    ("18446744073709551615", (1 << 64) - 1),
    ("-9223372036854775808", -(1 << 63)),
    ("0" * 5000 + "17", 15),
]
FLOATS = [
    ("08", 8.0),
    ("089", 89.0),
    ("1.0", 1.0),
    ("1.", 1.0),
    (".5", 0.5),
    ("+.5", 0.5),
    ("-.5", -0.5),
    ("-.5_5", -0.55),
    (".1_0", 0.1),
    (".5e1_0", 5e9),
    (".5E+3", 500.0),
    ("1_0.5", 10.5),
    ("1_e3", 1000.0),
    ("1e3", 1000.0),
    ("1E3", 1000.0),
    ("1.5e-3", 0.0015),
    ("12e03", 12000.0),
    ("1e-400", 0.0),
    (".1e-400", 0.0),
    ("18446744073709551616", 18446744073709551616.0),
    ("-9223372036854775809", -9223372036854775809.0),
    ("0777777777777777777777777777777", 777777777777777777777777777777.0),
    (".inf", math.inf),
    ("+.Inf", math.inf),
    ("-.INF", -math.inf),
]


@pytest.mark.parametrize("text", NULLS)
def test_null(text: str) -> None:
    assert plain(text) is None


@pytest.mark.parametrize("text", TRUE)
def test_true(text: str) -> None:
    assert plain(text) is True


@pytest.mark.parametrize("text", FALSE)
def test_false(text: str) -> None:
    assert plain(text) is False


@pytest.mark.parametrize("text", STRINGS)
def test_string(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(("text", "value"), INTEGERS, ids=lambda value: str(value)[:40])
def test_integer(text: str, value: int) -> None:
    assert (plain(text), type(plain(text))) == (value, int)


@pytest.mark.parametrize(("text", "value"), FLOATS)
def test_float(text: str, value: float) -> None:
    assert (plain(text), type(plain(text))) == (value, float)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    value = plain(text)
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["7" * 1_000_000, "0x" + "f" * 1_000_000, "0b" + "1" * 1_000_000])
def test_a_number_without_end_is_a_string(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("str", "1", "1"),
        ("str", "null", "null"),
        ("str", "", ""),
        ("int", "1", 1),
        ("int", "0x10", 16),
        ("int", "1_000", 1000),
        ("float", "1", 1.0),
        ("float", "1.5", 1.5),
        ("bool", "yes", True),
        ("bool", "off", False),
        ("null", "", None),
        ("null", "~", None),
    ],
)
def test_a_tag_decides(name: str, text: str, value: object) -> None:
    assert (tagged(TAG + name, text), type(tagged(TAG + name, text))) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("int", "a"),
        ("int", "1.0"),
        ("int", "08"),
        ("int", ""),
        ("int", "true"),
        ("float", "a"),
        ("float", "null"),
        ("float", "yes"),
        ("bool", "x"),
        ("bool", "1"),
        ("null", "x"),
    ],
)
def test_a_tag_that_does_not_fit(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        tagged(TAG + name, text)


def test_a_lone_exclamation_mark_means_a_string() -> None:
    assert tagged("!", "1") == "1"


@pytest.mark.parametrize("tag", ["!mine", TAG + "binary", TAG + "timestamp", TAG + "set", "int"])
def test_unknown_tags(tag: str) -> None:
    assert not is_known(tag)


def test_tags_are_named_as_users_write_them() -> None:
    assert [tag_name(TAG + "int"), tag_name("!mine")] == ["!!int", "!mine"]
