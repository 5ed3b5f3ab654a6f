"""What the lab's kernel settings must be, so that rules alone decide what passes."""

import os
from collections.abc import Mapping

from percale.errors import PercaleError
from percale.host.netns import NetNs

_SCOPES = ("all", "default")  # `default` is what interfaces made later start with

#: Set in every namespace, before it has interfaces.
_QUIET = {
    # New namespaces take over the machine's IPv4 settings; the larger of `all` and the interface's counts.
    **{f"net/ipv4/conf/{scope}/rp_filter": 0 for scope in _SCOPES},
    **{f"net/ipv4/conf/{scope}/send_redirects": 0 for scope in _SCOPES},
    **{f"net/ipv6/conf/{scope}/disable_ipv6": 0 for scope in _SCOPES},
    **{f"net/ipv6/conf/{scope}/accept_ra": 0 for scope in _SCOPES},
    **{f"net/ipv6/conf/{scope}/accept_dad": 0 for scope in _SCOPES},
    # Otherwise a thousand probes of closed ports get six answers a second.
    "net/ipv4/icmp_ratemask": 0,
    "net/ipv6/icmp/ratelimit": 0,
}
_FORWARDING = {"net/ipv4/ip_forward": 1, "net/ipv6/conf/all/forwarding": 1}
_BRIDGE_NETFILTER = {"net/bridge/bridge-nf-call-iptables": 1, "net/bridge/bridge-nf-call-ip6tables": 1}


class NoBridgeNetfilter(PercaleError):
    def __init__(self) -> None:
        super().__init__(
            "this kernel shows bridged packets to no rule: br_netfilter is absent",
            hint="modprobe br_netfilter",
        )


def prepare_host(namespace: NetNs) -> None:
    """For a pod and for the outside host."""
    group = os.getegid()
    _set(namespace, _QUIET)
    namespace.sysctl("net/ipv4/ping_group_range", f"{group} {group}")


def prepare_node(namespace: NetNs, *, bridged: bool) -> None:
    prepare_host(namespace)
    _set(namespace, _FORWARDING)
    if bridged:
        try:
            _set(namespace, _BRIDGE_NETFILTER)
        except FileNotFoundError as failure:
            raise NoBridgeNetfilter from failure


def _set(namespace: NetNs, settings: Mapping[str, int | str]) -> None:
    with namespace.entered():
        for name, value in settings.items():
            namespace.sysctl(name, value)
