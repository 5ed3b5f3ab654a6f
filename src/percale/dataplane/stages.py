"""Where programs run, and so what becomes there of what they let through and of what they deny."""

from dataclasses import dataclass

from percale.dataplane import naming
from percale.dataplane.ruleset import Goto, Statement, Verdict


@dataclass(frozen=True, slots=True)
class Stage:
    """`allowed` says what becomes of traffic that is let through; accept ends the stage's own base chain only."""

    name: str
    allowed: tuple[Statement, ...]
    #: Rules are held against the destination that a packet had before it was translated.
    before_nat: bool = False
    #: The kernel rejects nothing before connection tracking.
    rejects: bool = True
    #: Asked as if staged policies were enforced: what is denied is let be all the same.
    staged: bool = False
    #: Not where a staged program only finds out what is to be asked next.
    counts: bool = True


POD_EGRESS = Stage("POD_EGRESS", (Goto(naming.TO_POD),))
POD_INGRESS = Stage("POD_INGRESS", (Goto(naming.OK),))
HOST = Stage("HOST", (Verdict.ACCEPT,))
HOST_PRE_DNAT = Stage("HOST_PRE_DNAT", (Verdict.ACCEPT,), before_nat=True)
HOST_UNTRACKED = Stage("HOST_UNTRACKED", (Verdict.NOTRACK, Verdict.ACCEPT), rejects=False)
STAGED = Stage("STAGED", (Verdict.ACCEPT,), staged=True)


def staged_at_host(*, onward: bool, before_nat: bool, counts: bool) -> Stage:
    """`onward` where what is let through is then asked of the interface that it leaves by."""
    named = {"ONWARD": onward, "BEFORE_NAT": before_nat, "UNCOUNTED": not counts}
    name = "_".join(["STAGED", *(part for part, holds in named.items() if holds)])
    allowed: Statement = Goto(naming.STAGED_ONWARD) if onward else Verdict.ACCEPT
    return Stage(name, (allowed,), before_nat=before_nat, staged=True, counts=counts)
