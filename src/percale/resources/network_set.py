"""Named sets of networks, matched by label as endpoints are.

Source: Calico's api/pkg/apis/projectcalico/v3/networkset.go.
"""

from percale.resources.wire import Resource, Wire


class NetworkSetSpec(Wire, frozen=True):
    #: Networks and single addresses that the set's labels stand for. An empty set is allowed, and matches nothing.
    nets: tuple[str, ...] = ()
    #: Names that the set's labels stand for in the destination of egress rules. Judged by `percale reach`; a rule that
    #: selects such a set is refused by `ruleset` and `lab`.
    allowed_egress_domains: tuple[str, ...] = ()


class NetworkSet(Resource, frozen=True, kw_only=True):
    #: What is in the set.
    spec: NetworkSetSpec = NetworkSetSpec()


class GlobalNetworkSet(Resource, frozen=True, kw_only=True):
    #: What is in the set.
    spec: NetworkSetSpec = NetworkSetSpec()
