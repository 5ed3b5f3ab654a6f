"""`percale reach` over a directory of 200 manifests, as a whole process: imports are part of the answer."""

import sys
import tempfile
from pathlib import Path
from statistics import median

import msgspec

from bench.cpu import ChildCost, cost_of
from bench.manifests import NAMESPACE, pod, remote_address
from bench.reading import policies_yaml
from bench.report import Bound, Goal, Report, Table
from percale.errors import PercaleError

_PODS = 50
_POLICIES = 150
_RUNS = 7
_LIMIT_S = 0.35

_NOTHING = "python -c pass"
_ANSWER = "percale reach"


def measure(*, quick: bool) -> Report:
    runs = 3 if quick else _RUNS
    with tempfile.TemporaryDirectory(prefix="percale-bench-") as directory:
        _write_manifests(Path(directory))
        asked = (f"{NAMESPACE}/pod0", f"{NAMESPACE}/pod1", "--port", "80/tcp", "--quiet", "-f", directory)
        commands = {
            _NOTHING: ("-c", "pass"),
            'python -c "import yaml"': ("-c", "import yaml"),
            _ANSWER: ("-m", "percale", "reach", *asked),
        }
        costs: dict[str, list[ChildCost]] = {name: [] for name in commands}
        for name in [name for _ in range(runs) for name in commands]:
            costs[name].append(_checked(cost_of((sys.executable, *commands[name]))))
    walls = {name: median(one.wall_s for one in found) for name, found in costs.items()}
    rows = {
        name: {
            "wall s": walls[name],
            "CPU s": median(one.cpu_s for one in found),
            "MiB": max(one.peak_mib for one in found),
            "of nothing": walls[name] / walls[_NOTHING],
        }
        for name, found in costs.items()
    }
    return Report(
        [Table(f"median of {runs} runs, 200 manifests", rows)],
        [Goal("the answer, s", walls[_ANSWER], Bound.AT_MOST, _LIMIT_S)],
    )


def _write_manifests(directory: Path) -> None:
    """A file for each; of the policies none selects the pods that are asked about."""
    for number in range(_PODS):
        manifest = pod(f"pod{number}", remote_address(number), {"app": f"app{number}"})
        Path(directory, f"pod{number}.yaml").write_bytes(msgspec.json.encode(manifest))
    for number, content in enumerate(policies_yaml(_POLICIES).split("---\n")):
        Path(directory, f"policy{number}.yaml").write_text(content, encoding="utf-8")


def _checked(cost: ChildCost) -> ChildCost:
    if cost.status:
        raise PercaleError(f"a measured command ended with status {cost.status}")
    return cost
