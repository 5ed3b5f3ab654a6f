"""Which rules are in force when a transaction fails."""

from collections.abc import Iterable

import pytest

from dataplane.kernel_model import KernelModel
from percale.dataplane.changes import Transaction
from percale.dataplane.loaded import Loaded
from percale.dataplane.ruleset import Chain, Family, Goto, Hook, Rule, Ruleset, Table, Verdict
from percale.dataplane.update import InForce, NotUpdated, update
from percale.dataplane.writer import NotWritten


def _ruleset(inner: str, verdict: Verdict) -> Ruleset:
    base = Chain("forward", (Rule((), (Goto(inner),)),), Hook("forward", -5))
    return Ruleset((Table(Family.IP, {"forward": base, inner: Chain(inner, (Rule((), (verdict,)),))}),))


BEFORE, AFTER = _ruleset("a", Verdict.ACCEPT), _ruleset("b", Verdict.DROP)


class FailingWriter:
    """To a kernel that is a model; the transaction of that number fails."""

    def __init__(self, kernel: KernelModel, fails: int | None = None) -> None:
        self.kernel = kernel
        self._fails = fails
        self._written = 0

    def apply(self, transactions: Iterable[Transaction]) -> None:
        for number, one in enumerate(transactions):
            if self._written == self._fails:
                raise NotWritten("no memory", transaction=number)
            self.kernel.apply(one)
            self._written += 1


@pytest.mark.parametrize(("fails", "in_force"), [(0, InForce.OLD), (1, InForce.OLD), (2, InForce.NEW)])
def test_a_failure_says_which_rules_are_in_force(fails: int, in_force: InForce) -> None:
    kernel = KernelModel()
    loaded = update(Loaded(), BEFORE, FailingWriter(kernel))
    with pytest.raises(
        NotUpdated, match=f"the kernel refuses the rules: no memory; {in_force} are in force"
    ) as failure:
        update(loaded, AFTER, FailingWriter(kernel, fails))
    assert failure.value.in_force is in_force
    base = kernel.tables[Family.IP].objects["chain", "forward"]
    wanted = (BEFORE if in_force is InForce.OLD else AFTER).table(Family.IP).chains["forward"]
    assert base == wanted


def test_what_is_done_is_known_and_not_done_again() -> None:
    kernel = KernelModel()
    loaded = update(update(Loaded(), BEFORE, FailingWriter(kernel)), AFTER, FailingWriter(kernel))
    assert loaded.ruleset == AFTER
    assert update(loaded, AFTER, FailingWriter(kernel, fails=0)) == loaded
