"""What `percale get` shows, in every form that `-o` names."""

from collections.abc import Sequence
from dataclasses import dataclass

from percale.datastore.keys import Manifest, key_of
from percale.report.columns import NAMESPACE, columns_of
from percale.report.manifests import json_text, yaml_text
from percale.report.tables import table_text
from percale.report.terminal import plain
from percale.resources.kind_names import qualified_name
from percale.resources.kinds import Kind


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: a resource that was named, or the list of a kind, which has a revision."""

    kind: Kind
    manifests: tuple[Manifest, ...]
    revision: str | None = None

    @property
    def whole(self) -> Manifest:
        if self.revision is None:
            return self.manifests[0]
        return {
            "kind": f"{self.kind.name}List",
            "apiVersion": self.kind.api_version,
            "metadata": {"resourceVersion": self.revision},
            "items": list(self.manifests),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """No headings: those of the kind, more of them if `wide`."""

    wide: bool = False
    headings: tuple[str, ...] = ()
    with_namespace: bool = False

    def text(self, found: Sequence[Found]) -> str:
        """One table for each answer, and an empty line after it."""
        return "".join(f"{table_text(self.rows(one.kind, one.manifests))}\n" for one in found)

    def rows(self, kind: Kind, manifests: Sequence[Manifest]) -> list[list[str]]:
        columns = columns_of(kind)
        headings = self.headings or (columns.wide if self.wide else columns.usual)
        if self.with_namespace and NAMESPACE in columns.cells:
            headings = (NAMESPACE, *headings)
        return columns.rows(headings, manifests)


def names_text(found: Sequence[Found]) -> str:
    """As kubectl's `-o name`."""
    return "".join(
        f"{qualified_name(one.kind)}/{plain(key_of(manifest).name)}\n" for one in found for manifest in one.manifests
    )


def found_yaml(found: Sequence[Found]) -> str:
    return yaml_text(_one_or_all(found))


def found_json(found: Sequence[Found]) -> str:
    return json_text(_one_or_all(found))


def _one_or_all(found: Sequence[Found]) -> Manifest | list[Manifest]:
    """A single answer is the object itself."""
    return found[0].whole if len(found) == 1 else [one.whole for one in found]
