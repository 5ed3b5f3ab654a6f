"""What FelixConfiguration says about policy on hosts, with Calico's defaults.

Source: Calico's felix/config/config_params.go.
"""

from dataclasses import dataclass
from enum import StrEnum

from percale.traffic.addresses import Network
from percale.traffic.protocols import TCP, UDP


class ToHost(StrEnum):
    """What becomes of a pod's traffic to its own host that its egress policy allows."""

    DROP = "Drop"
    ACCEPT = "Accept"
    #: On to the host's own rules; for Percale, which only ever drops, the same as accepting.
    RETURN = "Return"


@dataclass(frozen=True, slots=True)
class FailsafePort:
    """`net` limits the other end; None means any address."""

    protocol: int
    port: int
    net: Network | None = None


_BOTH_WAYS = tuple(FailsafePort(TCP, port) for port in (179, 2379, 2380, 5473, 6443, 6666, 6667))
FAILSAFE_INBOUND = (FailsafePort(TCP, 22), FailsafePort(UDP, 68), *_BOTH_WAYS)
FAILSAFE_OUTBOUND = (FailsafePort(UDP, 53), FailsafePort(UDP, 67), *_BOTH_WAYS)


@dataclass(frozen=True, slots=True)
class LogLimit:
    """`rate` is written as Calico and nft both write it: `5/second`."""

    rate: str
    burst: int


@dataclass(frozen=True, slots=True)
class HostSettings:
    """`to_host` is Accept here, as Calico's shipped manifests set it; its code alone would say Drop."""

    to_host: ToHost = ToHost.ACCEPT
    failsafe_inbound: tuple[FailsafePort, ...] = FAILSAFE_INBOUND
    failsafe_outbound: tuple[FailsafePort, ...] = FAILSAFE_OUTBOUND
    #: Before each line that a Log rule writes to the kernel's log; `%t %k %n %p` stand for parts of the policy.
    log_prefix: str = "calico-packet"
    log_limit: LogLimit | None = None
    drops_invalid: bool = True
    #: Answer what is denied, instead of dropping it in silence.
    rejects: bool = False
