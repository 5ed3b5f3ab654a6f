"""Runs benchmarks by name, all of them by default."""

import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from bench import (
    churn,
    difference,
    expectations,
    flows,
    forwarding,
    lint,
    load,
    netlink,
    node,
    reach,
    reachability,
    reading,
    resolution,
    update,
)
from bench.report import Report
from percale.errors import PercaleError

BENCHMARKS = {
    "forwarding": forwarding,
    "node": node,
    "load": load,
    "netlink": netlink,
    "update": update,
    "churn": churn,
    "reading": reading,
    "resolution": resolution,
    "reach": reach,
    "expectations": expectations,
    "difference": difference,
    "lint": lint,
    "reachability": reachability,
    "flows": flows,
}

_RESULTS = Path(__file__).parent / "results"


def main(argv: Sequence[str]) -> int:
    listed = "\n".join(f"  {name:12}  {module.__doc__}" for name, module in BENCHMARKS.items())
    parser = ArgumentParser(
        prog="python -m bench",
        description=sys.modules["bench"].__doc__,
        epilog=f"benchmarks:\n{listed}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of those below")
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, all of them below a minute")
    parser.add_argument("--json", action="store_true", help=f"write what is found to {_RESULTS.name}/NAME.json too")
    given = parser.parse_args(argv)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is called `{unknown[0]}`")
    for name in given.names or BENCHMARKS:
        began = time.monotonic()
        report = BENCHMARKS[name].measure(quick=given.quick)
        print(f"== {name} ({time.monotonic() - began:.0f} s)\n{report}\n", flush=True)
        if given.json:
            _write(name, report)
    return 0


def _write(name: str, report: Report) -> None:
    _RESULTS.mkdir(exist_ok=True)
    Path(_RESULTS, f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(asdict(report))))


def _run() -> None:
    try:
        sys.exit(main(sys.argv[1:]))
    except PercaleError as failure:
        sys.exit(f"bench: {failure}")


if __name__ == "__main__":
    _run()
