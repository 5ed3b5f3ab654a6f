"""Statements as the kernel's expressions."""

from typing import assert_never

from percale.dataplane import naming
from percale.dataplane.netlink.expressions import NOTRACK, Code, count, dispatch, go, limit, log, reject, verdict
from percale.dataplane.netlink.matches import concatenation
from percale.dataplane.ruleset import Count, Dispatch, Family, Goto, Jump, Limit, Log, Statement, Verdict

_INFO = 6
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}

#: "Port unreachable", by the type of message and its code; a bridge leaves it to the kernel what to send.
_UNREACHABLE = {Family.IP: (0, 3), Family.IP6: (0, 4), Family.BRIDGE: (2, 1)}


def statement_expressions(statement: Statement, family: Family) -> bytes:
    match statement:
        case Goto(chain):
            return go(Code.GOTO, chain)
        case Jump(chain):
            return go(Code.JUMP, chain)
        case Dispatch(fields, name):
            return concatenation(fields, family) + dispatch(name)
        case Log(prefix, group):
            return log(naming.comment(prefix), group=group, level=_INFO)
        case Limit(rate, burst):
            return _limited(rate, burst)
        case Count(counter):
            return count(counter)
        case Verdict():
            return _verdict(statement, family)
        case _:
            assert_never(statement)


def _limited(rate: str, burst: int) -> bytes:
    often, _, unit = rate.partition("/")
    return limit(int(often), _SECONDS[unit], burst)


def _verdict(one: Verdict, family: Family) -> bytes:
    match one:
        case Verdict.ACCEPT:
            return verdict(Code.ACCEPT)
        case Verdict.DROP:
            return verdict(Code.DROP)
        case Verdict.RETURN:
            return verdict(Code.RETURN)
        case Verdict.REJECT:
            return reject(*_UNREACHABLE[family])
        case Verdict.NOTRACK:
            return NOTRACK
        case _:
            assert_never(one)
