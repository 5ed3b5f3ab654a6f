"""Problems of the input, as text for people, JSON for programs and annotations for GitHub."""

import json
from collections.abc import Mapping, Sequence

from percale.errors import PercaleError
from percale.report.counts import counted
from percale.report.terminal import plain
from percale.resources.problems import InvalidInput, Place, Problem

#: More than this fills a screen and tells nothing new.
_MOST_SHOWN = 200


def problem_text(problem: Problem) -> str:
    """`file.yaml:12:5: NetworkPolicy shop/web: spec.order: expected a number, found …`, and a hint below."""
    parts = [str(problem.place), problem.subject, problem.path, problem.says]
    lines = [plain(": ".join(part for part in parts if part))]
    lines += [f"  {plain(line)}" for line in problem.excerpt.splitlines()]
    if problem.hint:
        lines.append(f"  hint: {plain(problem.hint)}")
    return "\n".join(lines)


def problems_text(problems: Sequence[Problem]) -> str:
    lines = [problem_text(problem) for problem in problems[:_MOST_SHOWN]]
    if len(problems) > _MOST_SHOWN:
        lines.append(f"and {len(problems) - _MOST_SHOWN} more")
    return "\n".join([*lines, counted(len(problems), "problem")])


def problems_json(problems: Sequence[Problem]) -> str:
    found = [problem_json(problem) for problem in problems]
    return json.dumps({"schemaVersion": 1, "valid": not problems, "problems": found}, indent=2)


def problem_json(problem: Problem) -> dict[str, str | int]:
    return {
        "file": problem.place.source,
        "line": problem.place.line,
        "column": problem.place.column,
        "resource": problem.subject,
        "path": problem.path,
        "message": problem.says,
        "hint": problem.hint,
        "excerpt": problem.excerpt,
    }


def problems_github(problems: Sequence[Problem]) -> str:
    return "\n".join(
        workflow_command(
            "error",
            problem.place,
            problem.subject or "manifest",
            ": ".join(part for part in (problem.path, problem.says, problem.hint) if part),
        )
        for problem in problems
    )


def workflow_command(command: str, place: Place | None, title: str, message: str) -> str:
    """An annotation: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    where = f"file={_property(place.source)},line={place.line or 1},col={place.column or 1}," if place else ""
    return f"::{command} {where}title={_property(title)}::{_message(message)}"


def _message(text: str) -> str:
    return plain(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def passed_over_text(passed_over: Mapping[str, int]) -> str:
    if not passed_over:
        return ""
    kinds = ", ".join(f"{count} {plain(kind)}" for kind, count in sorted(passed_over.items()))
    return f"passed over, as no policy depends on them: {kinds}"


def error_text(error: PercaleError) -> str:
    if isinstance(error, InvalidInput):
        return problems_text(error.problems)
    text = f"error: {plain(error.says)}"
    return f"{text}\n  hint: {plain(error.hint)}" if error.hint else text
