"""Flags that people try because another command has them: refused, with what was meant."""

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from typing import NoReturn


def refuse(parser: ArgumentParser, flag: str, right: str) -> None:
    parser.add_argument(flag, action=_Refused, nargs=0, help=SUPPRESS, metavar=right)


class _Refused(Action):
    """What would be right is kept as its metavar, which no help shows."""

    def __call__(
        self, parser: ArgumentParser, _namespace: Namespace, _values: object, option_string: str | None = None
    ) -> NoReturn:
        parser.error(f"there is no {option_string} here: {self.metavar}")
