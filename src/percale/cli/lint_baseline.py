"""Findings that are known: kept in a file, so that only new ones count."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from percale.analysis.lint.run import Finding
from percale.errors import PercaleError
from percale.resources.problems import InvalidInput, Place, Problem


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rule` and `resource` are for people; the fingerprint is what counts."""

    fingerprint: str
    rule: str
    resource: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    schema_version: int
    findings: tuple[Known, ...]


def baseline_in(path: str) -> Mapping[str, int]:
    """How often each finding is known."""
    try:
        read = msgspec.json.decode(Path(path).read_bytes(), type=Baseline)
    except OSError as error:
        raise InvalidInput([Problem(Place(path), f"cannot be read: {error.strerror}")]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        says = f"no baseline: {error}"
        raise InvalidInput([Problem(Place(path), says, hint="write one with --write-baseline")]) from error
    return {one.fingerprint: one.count for one in read.findings}


def write_baseline(path: str, findings: Iterable[Finding]) -> None:
    count = Counter((one.fingerprint, one.rule.id, one.spot.subject) for one in findings)
    known = (Known(*about, count=number) for about, number in sorted(count.items(), key=lambda pair: pair[0][1:]))
    content = msgspec.json.format(msgspec.json.encode(Baseline(1, tuple(known)))) + b"\n"
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise PercaleError(f"`{path}` cannot be written: {error.strerror}") from error
