"""Which edits of the policies a suite would notice, and what changes unnoticed by the others."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from percale.analysis.expectations.mutation.mutants import Mutant
from percale.analysis.expectations.mutation.trial import Fate, Trial
from percale.policy.verdict import judge
from percale.report.reach import packet_json
from percale.report.rule_places import RulePlaces
from percale.report.terminal import plain_lines
from percale.report.traffic import packet_words
from percale.resources.problems import Place

SCHEMA_VERSION = 1
_FATE = {
    Fate.KILLED: "killed",
    Fate.SURVIVED: "survived",
    Fate.EQUIVALENT: "equivalent",
    Fate.OF_HOSTS: "of hosts",
}


def killed_percent(trials: Sequence[Trial]) -> int:
    """Of those that change what any packet's verdict is, rounded down; all of none."""
    fates = Counter(trial.fate for trial in trials)
    counted = fates[Fate.KILLED] + fates[Fate.SURVIVED]
    return fates[Fate.KILLED] * 100 // counted if counted else 100


def mutation_text(trials: Sequence[Trial], places: RulePlaces) -> str:
    survivors = [trial for trial in trials if trial.fate is Fate.SURVIVED]
    lines = [line for trial in survivors for line in _survivor(trial, places)]
    return plain_lines("\n".join([*lines, _summary(trials)]))


def _survivor(trial: Trial, places: RulePlaces) -> Iterator[str]:
    mutant = trial.mutant
    yield f"survived  {_place(mutant, places) or ''}: {_edit(mutant)}"
    yield f"          {_flow(trial)} {'gets' if trial.passes else 'no longer gets'} through, and no expectation fails"


def _edit(mutant: Mutant) -> str:
    where = " ".join(part for part in (_edited(mutant), mutant.path) if part)
    return f"{mutant.edit}: {where}" + (f", {mutant.says}" if mutant.says else "")


def _edited(mutant: Mutant) -> str:
    if mutant.policy:
        return str(mutant.policy.id)
    return f"Tier {mutant.tier.name}" if mutant.tier else ""


def _place(mutant: Mutant, places: RulePlaces) -> Place | None:
    return places.of(mutant.policy, mutant.path) if mutant.policy else None


def _flow(trial: Trial) -> str:
    if trial.witness is None:
        raise AssertionError("a survivor has a packet")
    shown, packet = trial.witness, trial.witness.packet
    source = f"{shown.source} ({packet.source})" if shown.source else str(packet.source)
    destination = f"{shown.destination} ({packet.destination})" if shown.destination else str(packet.destination)
    looked_up = f" as {packet.destination_name}" if packet.destination_name else ""
    return f"{source} -> {destination}{looked_up} {packet_words(packet)}"


def _summary(trials: Sequence[Trial]) -> str:
    fates = Counter(trial.fate for trial in trials)
    counted = fates[Fate.KILLED] + fates[Fate.SURVIVED]
    left_out = [f"{fates[Fate.EQUIVALENT]} more change no packet's verdict"] if fates[Fate.EQUIVALENT] else []
    left_out += [f"{fates[Fate.OF_HOSTS]} concern hosts alone"] if fates[Fate.OF_HOSTS] else []
    said = f"{fates[Fate.KILLED]} of {counted} edits of the policies are noticed ({killed_percent(trials)} %)"
    return "; ".join([said, *left_out])


def mutation_json(trials: Sequence[Trial], places: RulePlaces, names: Sequence[str]) -> str:
    fates = Counter(trial.fate for trial in trials)
    told = {
        "schemaVersion": SCHEMA_VERSION,
        **{_FATE[fate].replace(" h", "H"): fates[fate] for fate in Fate},
        "killedPercent": killed_percent(trials),
        "mutants": [_trial(trial, places, names) for trial in trials],
    }
    return json.dumps(told, indent=2)


def _trial(trial: Trial, places: RulePlaces, names: Sequence[str]) -> dict[str, Any]:
    mutant, place = trial.mutant, _place(trial.mutant, places)
    told: dict[str, Any] = {
        "edit": str(mutant.edit),
        "of": _edited(mutant),
        "path": mutant.path,
        "says": mutant.says,
        **({"file": place.source, "line": place.line} if place else {}),
        "fate": _FATE[trial.fate],
    }
    if trial.noticed_by:
        told["noticedBy"] = [names[number] for number in trial.noticed_by]
    if trial.witness:
        verdict = judge(trial.witness.world, trial.witness.packet)
        told["flow"] = {
            "verdict": "allow" if trial.passes else "deny",
            "source": str(trial.witness.source or trial.witness.packet.source),
            "destination": str(trial.witness.destination or trial.witness.packet.destination),
            "packet": packet_json(verdict),
        }
    return told
