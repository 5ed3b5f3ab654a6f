"""A difference as annotations of a workflow run, at the policies that are responsible."""

from percale.report.difference_words import Told, in_tree
from percale.report.problems import workflow_command


def difference_github(told: Told) -> str:
    lines = [
        workflow_command(
            "warning",
            in_tree(sentence.place) if sentence.place else None,
            "flow opened" if sentence.opens else "flow closed",
            "\n".join([sentence.head, *sentence.lines]),
        )
        for sentence in told.sentences()
    ]
    lines += [workflow_command("notice", None, "other workloads", head) for head in told.presence_heads()]
    if told.found.policies or told.found.uncompared or lines:
        lines.append(workflow_command("notice", None, "percale diff", told.summary()))
    return "\n".join(lines)
