"""The syntax of names, labels and host names; each function lists what is wrong, in Kubernetes' words."""

import re
from collections.abc import Iterator

LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"

_LABEL = re.compile(LABEL)
_SUBDOMAIN = re.compile(SUBDOMAIN)
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_HOST_LABEL = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_ADDRESS = re.compile(r"[0-9.]+")

MUST_BE_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
MUST_BE_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_MUST_BE_QUALIFIED = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)


def label(text: str) -> Iterator[str]:
    """One part of a DNS name: the name of a namespace, for one."""
    if len(text) > 63:
        yield "must be no more than 63 bytes"
    if not _LABEL.fullmatch(text):
        yield "must not contain dots" if _SUBDOMAIN.fullmatch(text) else MUST_BE_LABEL


def subdomain(text: str) -> Iterator[str]:
    """Labels joined by dots: the name of most objects."""
    if len(text) > 253:
        yield "must be no more than 253 bytes"
    if not _SUBDOMAIN.fullmatch(text):
        yield MUST_BE_SUBDOMAIN


def label_key(text: str) -> Iterator[str]:
    """`app`, `example.com/app`: the key of a label or an annotation."""
    prefix, slash, name = text.partition("/")
    if not slash:
        prefix, name = "", text
    if "/" in name:
        yield f"a valid label key {_MUST_BE_QUALIFIED} with an optional DNS subdomain prefix and one '/'"
        return
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash:
        yield from (f"prefix part {wrong}" for wrong in subdomain(prefix))
    if not name:
        yield "name part must be non-empty"
        return
    if len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not _QUALIFIED.fullmatch(name):
        yield f"name part {_MUST_BE_QUALIFIED}"


def label_value(text: str) -> Iterator[str]:
    if len(text) > 63:
        yield "must be no more than 63 bytes"
    if text and not _QUALIFIED.fullmatch(text):
        yield f"a valid label must be an empty string or {_MUST_BE_QUALIFIED.removeprefix('must ')}"


def is_host_name(text: str) -> bool:
    """Whether DNS could know it; upper case counts as lower case there."""
    return (
        len(text) <= 253
        and not _ADDRESS.fullmatch(text)
        and all(_HOST_LABEL.fullmatch(part) for part in text.split("."))
    )
