"""What the verbs of `percale lab` have in common."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import show, tell
from percale.host.privileges import (
    is_in_own_user_namespace,
    may_make_namespaces,
    obstacle_to_user_namespaces,
    rerun_beside,
    rerun_in_user_namespace,
)
from percale.lab.layout import Attachment
from percale.lab.probes import Result
from percale.lab.standing import standing
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.report.matrix import disagreements_text, matrix_text, summary_text
from percale.resources.decode import Manifests, decode
from percale.resources.documents import documents_in


def add_attachment(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--attachment",
        type=Attachment,
        choices=tuple(Attachment),
        default=Attachment.ROUTED,
        help="how pods hang on the node: each by its own route, or all on one bridge",
    )


def add_timeout(parser: ArgumentParser) -> None:
    parser.add_argument("--timeout", type=_seconds, default=0.5, metavar="S", help="how long a flow may take to answer")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) < math.inf:
            return seconds
    raise ArgumentTypeError(f"`{text}` is no time: write seconds, as 0.5")


def obstacle() -> str:
    """Become able to make namespaces, by starting again if need be; otherwise say why that cannot be."""
    if may_make_namespaces():
        return ""
    found = obstacle_to_user_namespaces()
    return found or rerun_in_user_namespace()


def join_lab() -> None:
    """Where an ordinary user's lab is up, its namespaces open only inside its user namespace."""
    holder = standing().holder
    if not is_in_own_user_namespace(holder):
        rerun_beside(holder)


def world_with_pods(manifests: Manifests) -> World:
    world = world_of(manifests)
    if not world.workloads:
        raise UsageError("the input holds no workload, so there is nothing to build")
    return world


def plain(manifests: Manifests) -> list[dict[str, Any]]:
    return [item.document.data for item in manifests.items]


def remembered(manifests: list[dict[str, Any]]) -> Manifests:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    return decode(documents_in(text.encode(), "the lab's manifests.json"))


def tell_remarks(remarks: Iterable[str]) -> None:
    for remark in remarks:
        tell(f"note: {remark}")


def show_results(results: list[Result]) -> Exit:
    show(matrix_text(results))
    if wrong := disagreements_text(results):
        show("\n" + wrong)
    show("\n" + summary_text(results))
    if not all(result.agrees for result in results):
        return Exit.NO
    return Exit.YES if any(result.observed is not None for result in results) else Exit.OUT_OF_REACH
