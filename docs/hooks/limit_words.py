# ruff: noqa: INP001  a script of the documentation's build
"""The words in which limits are told; numbers and choices come from validation."""

from collections.abc import Sequence

from percale.resources.ports import LAST_PORT
from percale.resources.validation import kubernetes_policies, metadata, selectors


def one_of(choices: Sequence[object]) -> str:
    return ", ".join(f"`{choice}`" for choice in choices)


def any_of(choices: Sequence[object]) -> str:
    return f"any of {one_of(choices)}, each once" if len(choices) > 1 else one_of(choices)


def between(first: int, last: int) -> str:
    return f"{first} to {last}"


def most(number: int, what: str = "") -> str:
    return f"at most {number} {what}".rstrip()


def some(number: int) -> str:
    return f"1 to {number} of them"


CIDR = "CIDR"
ADDRESS = "address"
DURATION = "duration, such as `90s` or `1h30m`"
SUBDOMAIN = "name of at most 253 characters"
SELECTOR = f"[selector](../selectors.md), at most {selectors.LONGEST_SELECTOR} characters"
LABELS = "keys and values of labels: at most 63 characters, keys with a prefix of 253 and `/`"
ANNOTATIONS = f"{metadata.LARGEST_ANNOTATIONS // 1024} KiB altogether"
PORT_NAME = "at most 15 lower-case letters, digits and single hyphens, a letter among them"
PORT = between(1, LAST_PORT)
PORT_OR_NONE = between(0, LAST_PORT)
KUBERNETES_PROTOCOL = one_of(kubernetes_policies.PROTOCOLS)
