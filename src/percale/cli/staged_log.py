"""`--log-staged`: where it is told what staged policies would do."""

from argparse import ArgumentParser, ArgumentTypeError

from percale.dataplane.log_prefix import StagedLog

_LAST_GROUP = 65535
_KERNEL = "kernel"


def add_log_staged(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--log-staged",
        type=_staged_log,
        metavar="GROUP",
        help="also log what staged policies would do: to this NFLOG group, or to the `kernel`'s log",
    )


def _staged_log(text: str) -> StagedLog:
    if text == _KERNEL:
        return StagedLog()
    if text.isascii() and text.isdecimal() and int(text) <= _LAST_GROUP:
        return StagedLog(int(text))
    raise ArgumentTypeError(f"`{text}` is neither `{_KERNEL}` nor a group: write a number from 0 to {_LAST_GROUP}")
