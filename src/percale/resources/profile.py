"""What endpoints do when no policy decides, and labels they inherit.

Source: Calico's libcalico-go/lib/backend/k8s/resources/profile.go.
"""

from percale.resources.rule import Rule
from percale.resources.wire import Resource, Wire


class ProfileSpec(Wire, frozen=True):
    """Rules and labels for the endpoints that name the profile."""

    #: Rules for what arrives, asked when no tier has decided.
    ingress: tuple[Rule, ...] = ()
    #: Rules for what is sent, asked when no tier has decided.
    egress: tuple[Rule, ...] = ()
    #: Labels that endpoints inherit; one that an endpoint has itself wins.
    labels_to_apply: dict[str, str] = {}


class Profile(Resource, frozen=True, kw_only=True):
    """Rules after all policy, and inherited labels. On Kubernetes derived from namespaces and accounts."""

    #: Rules and labels for the endpoints that name the profile.
    spec: ProfileSpec = ProfileSpec()
