"""What becomes of a packet once something has decided: count, tell, and end or go on."""

from dataclasses import dataclass

from percale.dataplane import naming
from percale.dataplane.log_prefix import StagedLog, log_prefix, staged_prefix
from percale.dataplane.programs import Mark
from percale.dataplane.ruleset import Chain, Count, Counter, Limit, Log, Rule, Statement, Verdict
from percale.dataplane.stages import Stage
from percale.policy.rules import Action
from percale.policy.settings import HostSettings, LogLimit

#: Where FelixConfiguration sets none: a policy on trial must not fill a disk.
_STAGED_LIMIT = LogLimit("100/second", 200)
_VERDICTS = (Action.ALLOW, Action.DENY)


@dataclass(frozen=True, slots=True)
class ActionChains:
    settings: HostSettings
    staged_log: StagedLog | None = None

    def chain(self, mark: Mark) -> Chain:
        counted = (Count(mark.name),) if mark.stage.counts else ()
        decides = (*counted, *self._outcome(mark))
        rules = (self._told(mark), Rule((), decides) if decides else None, self._logged(mark))
        return Chain(mark.name, tuple(filter(None, rules)))

    def _outcome(self, mark: Mark) -> tuple[Statement, ...]:
        match mark.action:
            case Action.ALLOW:
                return mark.stage.allowed
            case Action.DENY:
                return (self._denied(mark.stage),)
            case Action.PASS:
                return (Verdict.RETURN,)
            case Action.LOG:
                return ()

    def _denied(self, stage: Stage) -> Verdict:
        if stage.staged:
            return Verdict.ACCEPT
        return Verdict.REJECT if self.settings.rejects and stage.rejects else Verdict.DROP

    def _logged(self, mark: Mark) -> Rule | None:
        """A rule of its own: where a limit is exceeded, the rest of its rule is left out."""
        if mark.action is not Action.LOG or mark.stage.staged:
            return None
        log = Log(log_prefix(self.settings.log_prefix, mark))
        limit = self.settings.log_limit
        return Rule((), (Limit(limit.rate, limit.burst), log) if limit else (log,))

    def _told(self, mark: Mark) -> Rule | None:
        """The line about a verdict that is on trial, where such lines are wanted."""
        if not (self.staged_log and mark.stage.staged and mark.stage.counts and mark.action in _VERDICTS):
            return None
        limit = self.settings.log_limit or _STAGED_LIMIT
        return Rule((), (Limit(limit.rate, limit.burst), Log(staged_prefix(mark), self.staged_log.group)))


def counter(mark: Mark) -> Counter:
    return Counter(mark.name, naming.comment(f"{mark.direction} {mark.action} {mark.says}"))
