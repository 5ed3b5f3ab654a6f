"""PolicyTests as YAML that a person would have written: an expectation a line."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from percale.analysis.expectations.suggesting import Suggested
from percale.resources.policy_test import EXPECTATIONS, POLICY_TEST

#: What no reader of YAML takes for anything but a string.
_PLAIN = re.compile(
    r"[a-z][a-z0-9-]*(/[a-z0-9.-]+)*|[0-9.-]+/[a-z0-9]+|[a-z][a-z0-9._/-]* == '[a-z0-9._-]*'", re.IGNORECASE
)
_ENDS = ("from", "to", "workloads")
_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")


def suites_yaml(suites: Sequence[Suggested]) -> str:
    return "---\n".join(_suite(suite) for suite in suites)


def _suite(suite: Suggested) -> str:
    name = _flow(suite.namespace)
    lines = [
        f"apiVersion: {EXPECTATIONS}",
        f"kind: {POLICY_TEST}",
        "metadata:",
        f"  name: {name}",
        f"  namespace: {name}",
        "spec:",
        "  expect:",
        *(f"    - {line}" for line in _lines(suite)),
    ]
    return "\n".join(lines) + "\n"


def _lines(suite: Suggested) -> Iterator[str]:
    for expectation in suite.expectations:
        ((kind, asked),) = msgspec.to_builtins(expectation).items()
        yield f"{kind}: {_flow({key: _shortened(key, value) for key, value in asked.items()})}"


def _shortened(key: str, value: Any) -> Any:  # noqa: ANN401  what YAML can hold
    """A list of one end is that end."""
    return value[0] if key in _ENDS and isinstance(value, list | tuple) and len(value) == 1 else value


def _flow(value: Any) -> str:  # noqa: ANN401  what YAML can hold
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        case _:
            return json.dumps(value)
