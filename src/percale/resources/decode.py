"""Documents into typed resources: every problem of every document at once, or the resources."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import msgspec

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.documents import Document, no_garbage_collection
from percale.resources.faults import Fault, faults, written
from percale.resources.kinds import CALICO, CALICO_STORAGE, KINDS, AnyResource, Kind, kind_of, other_versions
from percale.resources.mending import mended
from percale.resources.policy_test import EXPECTATIONS
from percale.resources.problems import InvalidInput, Problem
from percale.resources.staged_policy import StagedGlobalNetworkPolicy, StagedNetworkPolicy
from percale.resources.validation import findings
from percale.resources.validation.cautions import cautions
from percale.resources.whole_numbers import converted

#: What once was stored under a name with its tier before it.
TieredPolicy = NetworkPolicy | GlobalNetworkPolicy | StagedNetworkPolicy | StagedGlobalNetworkPolicy

#: Metadata that does not fit the storage form is kept here, as JSON.
STORED_METADATA = "projectcalico.org/metadata"

#: Anywhere else an expectation could be taken for checked that nobody checks.
_OWN_FILE = "keep expectations in a file named `*.percale.yaml`"


@dataclass(frozen=True, slots=True)
class Located:
    """A resource and where it was written."""

    resource: AnyResource
    document: Document


@dataclass(frozen=True, slots=True)
class Manifests:
    """What was read: resources in the order of the files, what was passed over, and what deserves a word."""

    items: tuple[Located, ...]
    passed_over: Counter[str] = field(default_factory=Counter)
    warnings: tuple[Problem, ...] = ()

    @property
    def resources(self) -> Iterator[AnyResource]:
        return (item.resource for item in self.items)


def decode(documents: Sequence[Document]) -> Manifests:
    """Raise InvalidInput with every problem, or return all resources of the kinds that Percale reads."""
    manifests, problems = decodable(documents)
    if problems:
        raise InvalidInput(problems)
    return manifests


@no_garbage_collection()
def decodable(documents: Sequence[Document]) -> tuple[Manifests, list[Problem]]:
    """The resources of the documents that are valid, and what is wrong with the others, in the order of places."""
    items: list[Located] = []
    passed_over: Counter[str] = Counter()
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for document in documents:
        kind, wrong = _kind(document)
        problems += wrong
        if wrong:
            continue
        if kind is None:
            passed_over[f"{document.data['kind']} ({document.data['apiVersion']})"] += 1
            continue
        resource, found = _decoded(kind, document)
        problems += found
        if resource is not None:
            items.append(Located(resource, document))
        if resource is not None and not found:
            warnings += _warnings(kind, document)
            warnings += [problem_in(document, caution) for caution in cautions(resource)]
    problems += _declared_twice(items)
    found = sorted(problems, key=lambda problem: problem.place)
    return Manifests(tuple(items), passed_over, tuple(warnings)), found


def decoded(document: Document) -> tuple[Located | None, tuple[Problem, ...]]:
    """One resource by itself; None where it is invalid, or of a kind that is passed over."""
    kind, problems = _kind(document)
    if kind is None:
        return None, tuple(problems)
    resource, found = _decoded(kind, document)
    return (None if resource is None or found else Located(resource, document)), tuple(found)


def _kind(document: Document) -> tuple[Kind | None, list[Problem]]:
    missing = [name for name in ("apiVersion", "kind") if not isinstance(document.data.get(name), str)]
    if missing:
        says = " and ".join(f"`{name}`" for name in missing) + " missing or not a string"
        return None, [_problem(document, "", Fault((), says, "every document names its API version and its kind"))]
    api_version, name = document.data["apiVersion"], document.data["kind"]
    if api_version == EXPECTATIONS:
        return None, [_problem(document, "", Fault(("kind",), f"`{name}` is not read here", _OWN_FILE))]
    kind = kind_of(api_version, name)
    if kind is None and (fault := _misspelt(api_version, name)):
        return None, [_problem(document, "", fault)]
    return kind, []


def _misspelt(api_version: str, name: str) -> Fault | None:
    """A kind that only looks foreign: ours in another version, or a slip in Calico's own group."""
    group = api_version.partition("/")[0]
    ours = {kind.api_version.partition("/")[0] for kind in KINDS if "/" in kind.api_version}
    versions = other_versions(name)
    if versions and (group in ours or group in {"extensions", "v3", "v1"} or "calico" in group):
        right = " or ".join(f"`{version}`" for version in versions)
        return Fault(("apiVersion",), f"`{name}` is not read under version `{api_version}`", f"write {right}")
    if api_version in (CALICO, CALICO_STORAGE):
        known = {kind.name for kind in KINDS if kind.api_version == CALICO}
        if close := get_close_matches(name, known, n=1, cutoff=0.8):
            return Fault(("kind",), f"unknown kind `{name}` in `{api_version}`", f"did you mean `{close[0]}`?")
    return None


def _decoded(kind: Kind, document: Document) -> tuple[AnyResource | None, list[Problem]]:
    """With problems, the resource is good for no more than its name; without even that there is none."""
    try:
        resource = _renamed(converted(document.data, kind.type))
    except msgspec.ValidationError as refusal:
        rest, found = _mended(kind, document, refusal)
        return rest, [problem_in(document, fault) for fault in found]
    return resource, [problem_in(document, fault) for fault in findings(kind, resource)]


def _mended(kind: Kind, document: Document, refusal: msgspec.ValidationError) -> tuple[AnyResource | None, list[Fault]]:
    found = faults(kind.type, document.data) or [Fault((), str(refusal))]
    rest = mended(kind.type, document.data)
    resource = _renamed(converted(rest.data, kind.type))
    found += [fault for fault in findings(kind, resource) if not rest.accounts_for(fault)]
    is_named = all(map(rest.keeps, (("metadata", "name"), ("metadata", "namespace"))))
    return (resource if is_named else None), found


def _renamed(resource: AnyResource) -> AnyResource:
    """A stored policy's real name stands in an annotation; else one leading `default.` goes."""
    if resource.api_version != CALICO_STORAGE or not isinstance(resource, TieredPolicy):
        return resource
    name = _stored_name(resource.metadata.annotations.get(STORED_METADATA, "")) or _without_tier(resource)
    return msgspec.structs.replace(resource, metadata=msgspec.structs.replace(resource.metadata, name=name))


def _stored_name(text: str) -> str:
    try:
        stored: Any = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        return ""
    name = stored.get("name") if isinstance(stored, dict) else None
    return name if isinstance(name, str) else ""


def _without_tier(resource: TieredPolicy) -> str:
    name = resource.metadata.name
    return name.removeprefix("default.") if resource.spec.tier in ("", "default") else name


def _warnings(kind: Kind, document: Document) -> Iterator[Problem]:
    if document.data["apiVersion"] == CALICO_STORAGE:
        fault = Fault(
            ("apiVersion",),
            f"`{CALICO_STORAGE}` is Calico's storage form: a server takes it without validation or defaults",
            f"write `{CALICO}`; it is read and validated here as that",
        )
        yield problem_in(document, fault)
    if kind.namespaced and not document.data.get("metadata", {}).get("namespace"):
        fault = Fault(("metadata",), "no namespace is given: `default` is taken", "")
        yield problem_in(document, fault)


def _declared_twice(items: Iterable[Located]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], Located] = {}
    for item in items:
        resource = item.resource
        group = "calico" if "calico" in resource.api_version else resource.api_version
        key = (group, str(resource), resource.metadata.namespace or "default")
        earlier = first.setdefault(key, item)
        if earlier is not item and resource.metadata.name:
            says = f"declared twice; first at {earlier.document.place_of(())}"
            yield _problem(item.document, str(resource), Fault(("metadata", "name"), says))


def problem_in(document: Document, fault: Fault) -> Problem:
    return _problem(document, _subject(document), fault)


def _subject(document: Document) -> str:
    metadata, kind = document.data.get("metadata"), document.data.get("kind")
    if not isinstance(metadata, dict) or not isinstance(kind, str):
        return kind if isinstance(kind, str) else ""
    parts = [metadata.get("namespace"), metadata.get("name") or metadata.get("generateName")]
    return f"{kind} {'/'.join(part for part in parts if isinstance(part, str))}"


def _problem(document: Document, subject: str, fault: Fault) -> Problem:
    return Problem(document.place_of(fault.path), fault.says, written(fault.path), subject, fault.hint, fault.excerpt)
