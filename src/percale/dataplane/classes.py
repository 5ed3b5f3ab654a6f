"""The chains of the programs that a table has in use, written again only where something about them is new."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from percale.dataplane.chains import ChainWriter, WrittenTier, class_chain_name
from percale.dataplane.membership import Membership, Moves
from percale.dataplane.parts import Parts
from percale.dataplane.programs import Program, TierProgram
from percale.dataplane.room import share_room
from percale.dataplane.rosters import Roster
from percale.dataplane.ruleset import Chain, Set, VerdictMap
from percale.dataplane.segments import Segment, Segments


class _Tier:
    """A tier in use: where its points are, and what was written of it."""

    def __init__(self, program: TierProgram, membership: Membership) -> None:
        self.program = program
        self.segments = Segments(program, membership)
        #: None before its points are placed.
        self.forward: bool | None = None
        self.written = WrittenTier((), Parts())
        self._listed: tuple[Segment, ...] | None = None

    @property
    def rosters(self) -> frozenset[Roster]:
        """Whatever its rules ask, of points and in the kernel."""
        return self.segments.rosters.union(self.written.parts.rosters.values())

    def follow(self, moves: Moves) -> bool:
        """Whether that could be done without laying it out anew."""
        if any(roster in moves and moves[roster].networks for roster in self.rosters):
            return False
        return self.segments.follow(moves)

    def place(self, *, forward: bool) -> None:
        if self.forward is not forward:
            self.forward = forward
            self.segments.place(forward=forward)

    def write(self, writer: ChainWriter) -> bool:
        """Whether there was anything to write."""
        if self.segments.listed is self._listed:
            return False
        self._listed = self.segments.listed
        self.written = writer.tier(self.program, self._listed)
        return True


class Classes:
    def __init__(self, membership: Membership, writer: ChainWriter) -> None:
        self._membership = membership
        self._writer = writer
        self._programs: tuple[Program, ...] = ()
        self._tiers: dict[TierProgram, _Tier] = {}
        self._asking: dict[Roster, set[TierProgram]] = {}
        self._asked_by: dict[TierProgram, frozenset[Roster]] = {}
        self._weights: dict[TierProgram, int] = {}
        self.parts = Parts()
        self.sets: Mapping[str, Set] = {}
        self.maps: Mapping[str, VerdictMap] = {}

    @property
    def rosters(self) -> Collection[Roster]:
        """All that anything here depends on."""
        return self._asking.keys()

    def follow(self, programs: tuple[Program, ...], moves: Moves) -> None:
        """`programs` are all that are in use from now on, `moves` what became of rosters since the last time."""
        asking = {tier for roster in moves for tier in self._asking.get(roster, ())}
        for tier in [tier for tier in asking if not self._tiers[tier].follow(moves)]:
            self._begin(tier)
        begun = self._use(programs) if programs is not self._programs else []
        touched = [*(tier for tier in asking if tier in self._tiers), *begun]
        written = [tier for tier in self._placed(touched) if self._tiers[tier].write(self._writer)]
        for tier in written:
            self._register(tier, self._tiers[tier].rosters)
        if written or programs is not self._programs:
            self._programs = programs
            self._put_together()
        else:
            self._fill(touched, moves)

    def _use(self, programs: Iterable[Program]) -> list[TierProgram]:
        """The tiers that were not in use before."""
        wanted = dict.fromkeys(tier for program in programs for tier in program.reached)
        for tier in self._tiers.keys() - wanted:
            self._forget(tier)
        new = [tier for tier in wanted if tier not in self._tiers]
        for tier in new:
            self._begin(tier)
        return new

    def _begin(self, tier: TierProgram) -> None:
        self._forget(tier)
        self._tiers[tier] = _Tier(tier, self._membership)

    def _forget(self, tier: TierProgram) -> None:
        if self._tiers.pop(tier, None):
            self._register(tier, frozenset())
        self._weights.pop(tier, None)

    def _register(self, tier: TierProgram, rosters: frozenset[Roster]) -> None:
        before = self._asked_by.pop(tier, frozenset())
        for roster in before - rosters:
            self._asking[roster].remove(tier)
            if not self._asking[roster]:
                del self._asking[roster]
        for roster in rosters - before:
            self._asking.setdefault(roster, set()).add(tier)
        if rosters:
            self._asked_by[tier] = rosters

    def _placed(self, touched: Collection[TierProgram]) -> Iterable[TierProgram]:
        """Those of which something may have to be written again."""
        for tier in touched:
            segments = self._tiers[tier].segments
            if segments.may_go_forward:
                self._weights[tier] = segments.weight
        forward = share_room(self._weights)
        shifted = [tier for tier in self._weights if self._tiers[tier].forward is not (tier in forward)]
        for tier in chain(touched, shifted):
            self._tiers[tier].place(forward=tier in forward)
        return dict.fromkeys((*touched, *shifted))

    def _put_together(self) -> None:
        before, self.parts = self.parts, Parts()
        for program in self._programs:
            written = [self._tiers[tier].written for tier in program.reached]
            self.parts.add(one.parts for one in written)
            name = class_chain_name(program)
            self.parts.chains[name] = Chain(name, tuple(rule for one in written for rule in one.rules))
        self.parts.keep(before)
        self.sets = self.parts.sets | {name: roster.set for name, roster in self.parts.rosters.items()}
        self.maps = {name: one for tier in self._tiers.values() for name, one in tier.segments.maps.items()}

    def _fill(self, touched: Iterable[TierProgram], moves: Moves) -> None:
        """No rule is another; sets and maps have other elements."""
        moved = {roster.set.name: roster.set for roster in moves if self.parts.rosters.get(roster.set.name) is roster}
        if moved:
            self.sets = {**self.sets, **moved}
        if maps := {name: one for tier in touched for name, one in self._tiers[tier].segments.maps.items()}:
            self.maps = {**self.maps, **maps}
