"""Under which key a resource is kept: Calico's layout, and beside it one for the kinds that Calico does not keep.

`/calico/resources/v3/projectcalico.org/PLURAL/[NAMESPACE/]NAME` is Calico's (calico-semantics §7.6). Kubernetes' kinds
are under `/calico/resources/v3/percale.dev/GROUP/VERSION/PLURAL/[NAMESPACE/]NAME`, the core group as `core`. The two
are neighbours, so one range, one watch and one right cover both, and changes of both come in the order of commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from percale.datastore.keys import Key, Selection
from percale.resources.kind_names import names_of
from percale.resources.kinds import CALICO, KINDS, Kind, kind_of

_RESOURCES = "/calico/resources/v3"
#: Before the name of a policy of the default tier in stores up to Calico 3.31.
_OLD_PREFIX = "default."


@dataclass(frozen=True, slots=True)
class Range:
    """Keys from `first` up to, and without, `end`."""

    first: bytes
    end: bytes


@dataclass(frozen=True, slots=True)
class Path:
    """A key of etcd that holds a resource. A policy may be called otherwise than its key."""

    kind: Kind
    namespace: str
    name: str

    def __bytes__(self) -> bytes:
        return f"{_FOLDERS[self.kind]}{f'{self.namespace}/' if self.namespace else ''}{self.name}".encode()

    @property
    def is_old(self) -> bool:
        """Whether it may hold a policy that is called otherwise."""
        return self.kind in TIERED and self.name.startswith(_OLD_PREFIX)

    @property
    def old_name(self) -> str:
        """What a policy of the default tier is called that Calico up to 3.31 wrote here."""
        return self.name.removeprefix(_OLD_PREFIX)


def _folder(kind: Kind) -> str:
    plural = names_of(kind)[1]
    if kind.api_version == CALICO:
        return f"{_RESOURCES}/{CALICO.partition('/')[0]}/{plural}/"
    group, _, version = kind.api_version.rpartition("/")
    return f"{_RESOURCES}/percale.dev/{group or 'core'}/{version}/{plural}/"


_FOLDERS = {kind: _folder(kind) for kind in KINDS}
_KINDS = {folder: kind for kind, folder in _FOLDERS.items()}
#: Kinds whose names once had their tier before them.
TIERED = frozenset(
    kind
    for name in ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy")
    if (kind := kind_of(CALICO, name))
)


def path_in(key: bytes) -> Path | None:
    """None for whatever else is kept there: kinds that Percale does not read, and keys of other forms."""
    try:
        *folders, name = key.decode().split("/")
    except UnicodeDecodeError:
        return None
    for folder, namespace in ((folders, ""), (folders[:-1], folders[-1] if folders else "")):
        kind = _KINDS.get("/".join([*folder, ""]))
        if kind and name and kind.namespaced == bool(namespace):
            return Path(kind, namespace, name)
    return None


def paths_of(key: Key) -> tuple[Path, ...]:
    """Where it is to be looked for: first where it is put if it is not there yet."""
    path = Path(key.kind, key.namespace, key.name)
    if key.kind in TIERED:
        return path, Path(key.kind, key.namespace, f"{_OLD_PREFIX}{key.name}")
    return (path,)


def below(prefix: str) -> Range:
    first = prefix.encode()
    return Range(first, first[:-1] + bytes([first[-1] + 1]))


#: All that is Percale's to read, and nothing else of Calico's: neither its address management nor Felix' status.
ALL = Range(below(f"{_RESOURCES}/percale.dev/").first, below(f"{_RESOURCES}/{CALICO.partition('/')[0]}/").end)


def ranges_of(selection: Selection) -> Sequence[Range]:
    """In the order of keys, without overlaps; all of the selection is in them, and little else."""
    if selection.kinds is None and not selection.namespace:
        return (ALL,)
    kinds = KINDS if selection.kinds is None else selection.kinds
    chosen = [kind for kind in kinds if kind.namespaced or not selection.namespace]
    folder = f"{selection.namespace}/" if selection.namespace else ""
    return sorted((below(f"{_FOLDERS[kind]}{folder}") for kind in chosen), key=lambda one: one.first)
