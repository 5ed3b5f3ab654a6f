"""Build the manifests as network namespaces, enforce their policies in this kernel, and try every flow.

run    build, enforce, probe every pair, compare with the prediction, and take everything away
up     build and enforce, and keep it
apply  enforce other policies in the lab that is up
probe  try every flow of the lab that is up
exec   run a command in a pod: percale lab exec shop/web -- ping 10.65.0.3
down   take the lab away
"""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.lab import apply, down, exec_, probe, run_, up
from percale.cli.verbs import add_verbs, run_verb

_VERBS = {"run": run_, "up": up, "apply": apply, "probe": probe, "exec": exec_, "down": down}


def add_arguments(parser: ArgumentParser) -> None:
    add_verbs(parser, _VERBS)


def run(given: Namespace) -> int:
    return run_verb(given, _VERBS)
