"""An expectation in a sentence, for those without a name."""

import msgspec

from percale.analysis.expectations.ends import items_of
from percale.resources.policy_test import Between, End, EndFields, Expectation, Isolation


def words(expectation: Expectation) -> str:
    """`allow api -> redis on 6379/tcp`, `only web, api reach db`."""
    match expectation:
        case Expectation(allow=Between() as asked):
            return f"allow {_from_to(asked)}{_ports(asked)}"
        case Expectation(deny=Between() as asked):
            return f"deny {_from_to(asked)}{_ports(asked)}"
        case Expectation(only_from=Between() as asked):
            return f"only {end_words(asked.from_)} -> {end_words(asked.to)}{_ports(asked)}"
        case Expectation(only_to=Between() as asked):
            return f"{end_words(asked.from_)} -> only {end_words(asked.to)}{_ports(asked)}"
        case Expectation(only_ports=Between() as asked):
            return f"{_from_to(asked)} only{_ports(asked)}"
        case Expectation(isolated=Isolation() as isolation):
            return f"isolated {end_words(isolation.workloads)} on {' and '.join(isolation.directions)}"
        case _:
            raise AssertionError("an expectation has one of its fields")


def end_words(end: End) -> str:
    return ", ".join(one if isinstance(one, str) else _fields(one) for one in items_of(end))


def _fields(end: EndFields) -> str:
    given = [
        (field.encode_name, text)
        for field in msgspec.structs.fields(end)
        if (text := getattr(end, field.name)) is not None
    ]
    return " ".join(f"{name} {text}" for name, text in given)


def _from_to(asked: Between) -> str:
    return f"{end_words(asked.from_)} -> {end_words(asked.to)}"


def _ports(asked: Between) -> str:
    return f" on {', '.join(map(str, asked.ports))}" if asked.ports else ""
