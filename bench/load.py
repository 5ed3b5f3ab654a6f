"""Rules for a node into the kernel: compiled, written as text, loaded."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.arena import node_settings
from bench.cpu import ChildCost, cost_of, timed
from bench.node import node_world
from bench.report import Bound, Goal, Report, Table
from percale.dataplane.difference import difference
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.loaded import Loaded
from percale.dataplane.nftables.transactions import transaction_text
from percale.errors import PercaleError
from percale.host.netns import NetNs


@dataclass(frozen=True, slots=True)
class Size:
    endpoints: int
    classes: int
    limit_s: float

    def __str__(self) -> str:
        return f"{self.endpoints:,} endpoints x 20 rules, {self.classes} classes"


_SMALL, _LARGE = Size(1000, 50, limit_s=0.15), Size(10_000, 500, limit_s=0.6)
_LOADS = 3


def measure(*, quick: bool) -> Report:
    sizes = (_SMALL,) if quick else (_SMALL, _LARGE)
    rows = {size: _row(size) for size in sizes}
    goals = [
        Goal(f"in the kernel, {size}", row["nft kernel s"], Bound.AT_MOST, size.limit_s) for size, row in rows.items()
    ]
    return Report([Table("CPU seconds", {str(size): row for size, row in rows.items()})], goals)


def _row(size: Size) -> dict[str, float]:
    world, local = node_world(size.endpoints, size.classes, remote=0)
    compile_s, (ruleset, _) = timed(lambda: compile_ruleset(world, local, node_settings()))
    steps, _ = difference(Loaded(), ruleset)
    text_s, texts = timed(lambda: [transaction_text(one) for one in steps.transactions])
    costs = [_load(texts) for _ in range(_LOADS)]
    return {
        "compile": compile_s,
        "text": text_s,
        "MiB text": sum(map(len, texts)) / (1 << 20),
        "nft wall": min(one.wall_s for one in costs),
        "nft user": min(one.user_s for one in costs),
        "nft kernel s": min(one.system_s for one in costs),
        "nft MiB": max(one.peak_mib for one in costs),
    }


def _load(texts: list[str]) -> ChildCost:
    """In an empty kernel."""
    with NetNs.create() as namespace, tempfile.TemporaryDirectory(prefix="percale-bench-") as directory:
        files = [Path(directory, f"{number}.nft") for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        with namespace.entered():
            costs = [cost_of(("nft", "-f", str(file))) for file in files]
    if any(one.status for one in costs):
        raise PercaleError("nft refuses the rules")
    return ChildCost(
        wall_s=sum(one.wall_s for one in costs),
        user_s=sum(one.user_s for one in costs),
        system_s=sum(one.system_s for one in costs),
        peak_mib=max(one.peak_mib for one in costs),
        status=0,
    )
