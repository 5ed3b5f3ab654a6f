"""Names, namespaces, labels and annotations: libcalico-go/lib/validator/v3, and Kubernetes' own rules for its kinds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.faults import Fault, Path
from percale.resources.kinds import CALICO, AnyResource, Kind
from percale.resources.staged_policy import StagedGlobalNetworkPolicy, StagedNetworkPolicy
from percale.resources.validation import names
from percale.resources.workload import CronJob, Namespace, Service

LARGEST_ANNOTATIONS = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Naming:
    pattern: re.Pattern[str]
    longest: int
    says: str


_CALICO_NAME = f"name must consist of lower case alphanumeric characters, '-' or '.' (regex: {names.SUBDOMAIN})"
_CALICO_LABEL = f"name must consist of lower case alphanumeric characters or '-' (regex: {names.LABEL})"
_ONE_DOT = rf"({names.LABEL}\.)?{names.LABEL}"
_RESERVED = rf"(knp|ossg)\.default\.{names.SUBDOMAIN}"

_ANY_NAME = _Naming(re.compile(names.SUBDOMAIN), 253, names.MUST_BE_SUBDOMAIN)
_CALICO_SUBDOMAIN = _Naming(re.compile(names.SUBDOMAIN), 253, _CALICO_NAME)
_LABEL_NAME = _Naming(re.compile(names.LABEL), 63, names.MUST_BE_LABEL)
_POLICY_NAME = _Naming(re.compile(f"{_RESERVED}|{_ONE_DOT}"), 253, f"{_CALICO_LABEL}, with one dot at most")
_GLOBAL_POLICY_NAME = _Naming(re.compile(_ONE_DOT), 253, f"{_CALICO_LABEL}, with one dot at most")
_NAMING: Mapping[type[AnyResource], _Naming] = {
    NetworkPolicy: _POLICY_NAME,
    StagedNetworkPolicy: _POLICY_NAME,
    GlobalNetworkPolicy: _GLOBAL_POLICY_NAME,
    StagedGlobalNetworkPolicy: _GLOBAL_POLICY_NAME,
    Tier: _Naming(re.compile(names.LABEL), 63, _CALICO_LABEL),
    Namespace: _LABEL_NAME,
    Service: _LABEL_NAME,
    # Leaves room for what is appended to the names of its jobs.
    CronJob: _Naming(_ANY_NAME.pattern, 52, _ANY_NAME.says),
}


def metadata_findings(kind: Kind, resource: AnyResource) -> Iterator[Fault]:
    metadata = resource.metadata
    yield from _name(kind, resource)
    yield from _namespace(kind, metadata.namespace)
    yield from label_findings(metadata.labels, ("metadata", "labels"))
    yield from annotation_findings(metadata.annotations, ("metadata", "annotations"))


def label_findings(labels: Mapping[str, str], path: Path) -> Iterator[Fault]:
    for key, value in labels.items():
        yield from (Fault((*path, key), wrong) for wrong in _wrong_with(key, value))


@lru_cache(maxsize=1 << 14)
def _wrong_with(key: str, value: str) -> tuple[str, ...]:
    """Kept: a cluster has few labels that differ, and many pods."""
    wrong_keys = (f"label key: {wrong}" for wrong in names.label_key(key))
    return (*wrong_keys, *(f"label value: {wrong}" for wrong in names.label_value(value)))


def annotation_findings(annotations: Mapping[str, str], path: Path) -> Iterator[Fault]:
    for key in annotations:
        yield from (Fault((*path, key), f"annotation key: {wrong}") for wrong in names.label_key(key.lower()))
    size = sum(len(text.encode(errors="surrogatepass")) for pair in annotations.items() for text in pair)
    if size > LARGEST_ANNOTATIONS:
        beyond = size - LARGEST_ANNOTATIONS
        yield Fault(path, f"total size of annotations is too large by {beyond} bytes")


def _name(kind: Kind, resource: AnyResource) -> Iterator[Fault]:
    usual = _CALICO_SUBDOMAIN if kind.api_version == CALICO else _ANY_NAME
    metadata, naming = resource.metadata, _NAMING.get(kind.type, usual)
    if metadata.name:
        yield from _named(metadata.name, naming, ("metadata", "name"))
    elif metadata.generate_name:
        # What is appended makes an ending right that is wrong for a name.
        prefix = re.sub(r"-\Z", "0", metadata.generate_name)
        yield from _named(prefix, naming, ("metadata", "generateName"))
    else:
        says = "Required value: name or generateName is required"
        yield Fault(("metadata", "name"), says, rests_on=(("metadata", "generateName"),))


def _named(name: str, naming: _Naming, path: Path) -> Iterator[Fault]:
    if (beyond := len(name) - naming.longest) > 0:
        yield Fault(path, f"name is too long by {beyond} bytes: it must be no more than {naming.longest} bytes")
    if not naming.pattern.fullmatch(name):
        likely = re.sub(r"[_ ]", "-", name.lower())
        fits = naming.pattern.fullmatch(likely) and len(likely) <= naming.longest
        yield Fault(path, naming.says, f"did you mean `{likely}`?" if fits else "")


def _namespace(kind: Kind, namespace: str) -> Iterator[Fault]:
    path = ("metadata", "namespace")
    if not namespace:
        return
    if kind.namespaced:
        yield from (Fault(path, f"namespace: {wrong}") for wrong in names.label(namespace))
        return
    says = f"namespace should not be specified for a non-namespaced resource. {kind.name} is not a namespaced resource"
    narrower = kind.name.removeprefix("Global")
    instead = f", or make it a `{narrower}`" if narrower != kind.name else ""
    yield Fault(path, says, f"leave `metadata.namespace` out{instead}")
