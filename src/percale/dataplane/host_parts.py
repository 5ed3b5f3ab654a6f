"""What the chains of host endpoints are made from, enforced and staged ones alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from percale.dataplane.chains import class_chain_name, named_by_contents
from percale.dataplane.governed import Governed
from percale.dataplane.in_force import Programs
from percale.dataplane.programs import Program
from percale.dataplane.ruleset import Chain, Jump, Rule
from percale.policy.settings import HostSettings


@dataclass(frozen=True, slots=True)
class HostParts:
    """Of one node, for one table; gathers what its base chains go to."""

    governed: Governed
    settings: HostSettings
    version: int
    programs: Programs
    entries: dict[str, Chain] = field(default_factory=dict)
    #: Whose chains the entries go to.
    classes: dict[Program, None] = field(default_factory=dict)

    def entry(self, opening: Iterable[Rule], program: Program) -> str:
        """The chain with this opening, and then the program's."""
        chain = named_by_contents("h", (*opening, Rule((), (Jump(class_chain_name(program)),))))
        self.entries[chain.name] = chain
        self.classes[program] = None
        return chain.name
