"""Named sets of networks, matched by label as endpoints are: calico-semantics §1.8."""

from percale.resources.wire import Resource, Wire


class NetworkSetSpec(Wire, frozen=True):
    nets: tuple[str, ...] = ()
    allowed_egress_domains: tuple[str, ...] = ()


class NetworkSet(Resource, frozen=True, kw_only=True):
    spec: NetworkSetSpec = NetworkSetSpec()


class GlobalNetworkSet(Resource, frozen=True, kw_only=True):
    spec: NetworkSetSpec = NetworkSetSpec()
