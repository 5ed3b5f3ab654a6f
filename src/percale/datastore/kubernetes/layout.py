"""Which kinds are kept in a cluster, and under which paths of the API."""

from dataclasses import dataclass
from urllib.parse import quote

from percale.resources.kind_names import names_of
from percale.resources.kinds import CALICO, CALICO_STORAGE, KINDS, Kind, kind_of
from percale.resources.workload import OpenResource

#: Groups that no server is without.
_ALWAYS = ("v1", "discovery.k8s.io/v1", "networking.k8s.io/v1")
#: What Calico derives in a cluster, and keeps nowhere.
_DERIVED = ("Node", "Profile", "WorkloadEndpoint")
#: Kinds whose names once had their tier before them.
TIERED = frozenset(
    kind
    for name in ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy")
    if (kind := kind_of(CALICO, name))
)


def why_not_kept(kind: Kind) -> str:
    """Empty for what a cluster has."""
    is_derived = kind.api_version == CALICO and kind.name in _DERIVED
    return "in a cluster Calico derives it from Kubernetes' own resources" if is_derived else ""


def _is_read(kind: Kind) -> bool:
    """There are pods in a cluster, so what makes them would be a second endpoint; Endpoints are in EndpointSlices."""
    makes_pods = kind.api_version.partition("/")[0] in ("apps", "batch")
    return not makes_pods and kind.name != "Endpoints" and not why_not_kept(kind)


#: Everything, where nothing else is said. Other kinds are there for whoever names them.
READ = frozenset(kind for kind in KINDS if _is_read(kind))
#: Those that are there only once somebody has installed them.
INSTALLED = frozenset(kind for kind in READ if kind.api_version not in _ALWAYS)
#: Those that are validated when they are read: servers take objects that are no valid policy.
VALIDATED = INSTALLED | {kind for kind in READ if kind.name == "NetworkPolicy"}


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as one group of the API serves it."""

    kind: Kind
    #: Calico's kinds are kept in one of two groups.
    group_version: str
    plural: str

    @property
    def group(self) -> str:
        """Empty for Kubernetes' core."""
        return self.group_version.rpartition("/")[0]

    @property
    def is_storage_form(self) -> bool:
        return self.group_version == CALICO_STORAGE

    @property
    def accept(self) -> str:
        """In which form a watch wants its objects."""
        return _METADATA.format(list="", json=_JSON) if self == DEFINITIONS else _JSON

    @property
    def accept_list(self) -> str:
        return _METADATA.format(list="List", json=_JSON) if self == DEFINITIONS else _JSON

    def __str__(self) -> str:
        """As rights and CustomResourceDefinitions name it: `tiers.projectcalico.org`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def collection(self, namespace: str = "") -> str:
        """Of one namespace or of all."""
        inside = f"namespaces/{quote(namespace, safe='')}/" if namespace and self.kind.namespaced else ""
        return f"{path_of(self.group_version)}/{inside}{self.plural}"

    def object(self, name: str, namespace: str = "") -> str:
        return f"{self.collection(namespace)}/{quote(name, safe='')}"


def path_of(group_version: str) -> str:
    return f"/apis/{group_version}" if "/" in group_version else f"/api/{group_version}"


def resource_of(kind: Kind, calico: str) -> Resource:
    """`calico` is the group in which this cluster keeps Calico's kinds."""
    return Resource(kind, calico if kind.api_version == CALICO else kind.api_version, names_of(kind)[1])


#: Of these only the names are asked for: their schemas are long.
DEFINITIONS = Resource(
    Kind("CustomResourceDefinition", "apiextensions.k8s.io/v1", OpenResource, namespaced=False),
    "apiextensions.k8s.io/v1",
    "customresourcedefinitions",
)
_JSON, _METADATA = "application/json", "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1,{json}"
