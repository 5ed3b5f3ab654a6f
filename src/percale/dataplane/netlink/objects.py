"""Tables, chains and counters in the kernel's attributes, and what nft would note beside them."""

from percale.dataplane import naming
from percale.dataplane.netlink.attributes import attribute, nested, number, text
from percale.dataplane.ruleset import Counter, Hook

#: Every kind of object has its table's name first.
TABLE = text(1, naming.TABLE)

_COUNTER = 1
_RULE_COMMENT, _OBJECT_COMMENT = 0, 0
_ACCEPT = 1
HOOKS = {"prerouting": 0, "input": 1, "forward": 2, "output": 3, "postrouting": 4}


def table(flags: int) -> bytes:
    """Without flags: whatever it has stays."""
    return TABLE + number(2, flags) if flags else TABLE


def chain(name: str, hook: Hook | None = None) -> bytes:
    named = TABLE + text(3, name)
    if hook is None:
        return named
    return named + hooked(hook)


def hooked(hook: Hook) -> bytes:
    priority = attribute(2, hook.priority.to_bytes(4, "big", signed=True))
    return nested(4, number(1, HOOKS[hook.name]), priority) + number(5, _ACCEPT) + text(7, "filter")


def rules_of(chain_name: str) -> bytes:
    """What every rule of the chain begins with; alone it stands for all of them."""
    return TABLE + text(2, chain_name)


def rule(chain_name: bytes, expressions: bytes, comment: str) -> bytes:
    noted = attribute(7, comment_of_rule(comment)) if comment else b""
    return chain_name + nested(4, expressions) + noted


def comment_of_rule(comment: str) -> bytes:
    return note(_RULE_COMMENT, _terminated(comment)) if comment else b""


def counter(one: Counter) -> bytes:
    zero = nested(4, number(1, 0, 8), number(2, 0, 8))
    noted = attribute(8, note(_OBJECT_COMMENT, _terminated(one.comment))) if one.comment else b""
    return named_counter(one.name) + zero + noted


def named_counter(name: str) -> bytes:
    return TABLE + text(2, name) + number(3, _COUNTER)


def note(kind: int, value: bytes) -> bytes:
    """Remarks of nft's, which the kernel keeps and does not read: type and length of one byte each."""
    return bytes((kind, len(value))) + value


def _terminated(comment: str) -> bytes:
    return comment.encode() + b"\0"
