"""`-l`: kubectl's requirements, or a selector of Calico's."""

import re
from collections.abc import Callable

from percale.cli.exits import UsageError
from percale.datastore.keys import Manifest
from percale.selector import SelectorError, parse

_KEY, _VALUE = r"[A-Za-z0-9][A-Za-z0-9_./-]*", r"[A-Za-z0-9_.-]*"
_REQUIREMENT = re.compile(
    rf"\s*(?:(?P<absent>!)\s*)?(?P<key>{_KEY})\s*"
    rf"(?:(?P<sign>==|=|!=)\s*(?P<value>{_VALUE})|(?P<word>in|notin)\s*\((?P<values>[^()]*)\))?\s*(?:,|\Z)"
)


def labels_wanted(text: str) -> Callable[[Manifest], bool]:
    """Whether a resource has such labels."""
    try:
        selector = parse(_translated(text))
    except SelectorError as error:
        raise UsageError(f"`-l`: {error.says}", hint="write app=web,env!=dev, or a selector: app == 'web'") from error
    return lambda manifest: selector.matches(manifest["metadata"].get("labels", {}))


def _translated(text: str) -> str:
    """As Calico writes it; the text itself unless all of it is kubectl's."""
    terms, index = [], 0
    while index < len(text):
        match = _REQUIREMENT.match(text, index)
        if match is None:
            return text
        terms.append(_term(match))
        index = match.end()
    return " && ".join(terms)


def _term(match: re.Match[str]) -> str:
    key, sign = match["key"], match["sign"]
    if match["word"]:
        values = ", ".join(f"'{value.strip()}'" for value in match["values"].split(","))
        return f"{key} {'in' if match['word'] == 'in' else 'not in'} {{{values}}}"
    if sign:
        return f"{key} {'!=' if sign == '!=' else '=='} '{match['value']}'"
    return f"{'!' if match['absent'] else ''}has({key})"
