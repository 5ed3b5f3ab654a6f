"""HTTP matches, which only ingress Allow rules may have."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.rule import HttpMatch, HttpPath
from percale.resources.validation.schema import too_long, too_many
from percale.selector.errors import shortened

MOST_MATCHES = 20
LONGEST_PATH = 1024


def http_findings(match: HttpMatch, path: Path) -> Iterator[Fault]:
    yield from too_many(match.methods, MOST_MATCHES, (*path, "methods"))
    if repeated := sorted({method for method in match.methods if match.methods.count(method) > 1}):
        says = f"Invalid methods (duplicates): {shortened(', '.join(repeated))}"
        yield Fault((*path, "methods"), says)
    yield from too_many(match.paths, MOST_MATCHES, (*path, "paths"))
    for index, wanted in enumerate(match.paths):
        yield from _path(wanted, (*path, "paths", index))


def _path(wanted: HttpPath, path: Path) -> Iterator[Fault]:
    if wanted.exact and wanted.prefix:
        yield Fault(path, "Invalid path match. Both 'exact' and 'prefix' are set")
    elif not (wanted.exact or wanted.prefix):
        yield Fault(path, "Invalid path match. Either 'exact' or 'prefix' must be set")
    for name, text in (("exact", wanted.exact), ("prefix", wanted.prefix)):
        if text:
            yield from _path_text(text, (*path, name))


def _path_text(text: str, path: Path) -> Iterator[Fault]:
    yield from too_long(text, LONGEST_PATH, path)
    if not text.startswith("/") or any(character in text for character in "?# "):
        yield Fault(path, f"Invalid path `{shortened(text)}`: must start with `/` and not contain `?`, `#` or a blank")
