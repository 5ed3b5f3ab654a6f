"""What a rule finds: where, what, on what evidence, and what would mend it."""

from dataclasses import dataclass
from enum import StrEnum

from percale.analysis.witness import Witness
from percale.policy.endpoints import Endpoint
from percale.resources.documents import Document
from percale.resources.places import Path, path_text
from percale.resources.problems import Place
from percale.selector import Selector


class Severity(StrEnum):
    """In descending order: an error does something else than it says, a warning likely so, a note deserves a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def reaches(self, threshold: "Severity") -> bool:
        return _RANK[self] <= _RANK[threshold]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Members:
    """Endpoints that the finding is about; `what` they are to it: `selected`, `never let in`."""

    what: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """What the selector comes nearest to matching."""

    selector: Selector
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another place in the manifests that has to do with it."""

    what: str
    document: Document
    path: Path = ()

    @property
    def place(self) -> Place:
        return self.document.place_of(self.path)

    @property
    def subject(self) -> str:
        return subject_of(self.document)


@dataclass(frozen=True, slots=True)
class Packet:
    """One that shows it; the judge gives the reasons."""

    witness: Witness


Evidence = Members | Nearest | Elsewhere | Packet


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document and what is the matter there."""

    document: Document
    path: Path
    says: str
    remedy: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def place(self) -> Place:
        return self.document.place_of(self.path)

    @property
    def subject(self) -> str:
        return subject_of(self.document)

    @property
    def path_text(self) -> str:
        return path_text(self.path)


def subject_of(document: Document) -> str:
    """`NetworkPolicy shop/web`, as far as the document says."""
    metadata = document.data.get("metadata")
    fields = metadata if isinstance(metadata, dict) else {}
    parts = [fields.get("namespace"), fields.get("name") or fields.get("generateName")]
    named = "/".join(part for part in parts if isinstance(part, str) and part)
    return f"{document.data.get('kind', 'document')} {named}".strip()
