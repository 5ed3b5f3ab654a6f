"""
The words a selector is made of.

The reader has no lookahead: the parser asks for the kind of token that may stand next, because a word means
an operator after a label and a label anywhere else. Only when nothing fits is the text looked at in general.
"""

import re

from percale.selector.comparisons import LABEL_CHARACTER
from percale.selector.errors import SelectorError, shortened

LONGEST_LABEL = 512


def _token(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"({pattern})[ \t]*")


_STRING = r""""[^"]*"|'[^']*'"""

LABEL = _token(f"{LABEL_CHARACTER}+")
STRING = _token(_STRING)
COMPARATOR = _token(
    rf"==|!=|(?:contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in)(?!{LABEL_CHARACTER})",
)
CALL = _token(r"(?:has|all|global)\(")
#: Any number of `!`, but not the one that begins `!=`.
NEGATIONS = _token(r"!(?:[ \t]*!)*(?!=)")
JUNCTION = _token(r"&&|\|\|")
OPENING = _token(r"\(")
CLOSING = _token(r"\)")
SET_OPENING = _token(r"\{")
SET_CLOSING = _token(r"\}")
COMMA = _token(",")
#: What may stand after a label and still be read as something, if not as a comparison.
PUNCTUATION = _token(r"""[(){}"'=!&|,]""")

_ANYTHING = re.compile(
    rf"{_STRING}|(?:has|all|global)\(|{LABEL_CHARACTER}+|==|!=|&&|\|\||[(){{}},!]",
)
_UNREADABLE = {
    "=": "expected ==",
    "&": "expected &&",
    "|": "expected ||",
    '"': "unterminated string",
    "'": "unterminated string",
}
_LIKELY_SLIPS = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"=", "write `==` to compare"),
        (r"(?i:and)\b|&", "write `&&` for `and`"),
        (r"(?i:or)\b|\|", "write `||` for `or`"),
        (r"[\r\n]+\Z", "the text ends in a line break: in YAML, `>-` or `|-` leaves it off"),
        (r"[\r\n]", "a selector stands on one line: in YAML, `>-` joins lines"),
        (r"\s", "only spaces and tabs may stand between words"),
        (r"[‘’“”]", "write straight quotes"),  # noqa: RUF001  word processors put these in place of ' and "
        (r"\[", "a set stands in braces: {'a', 'b'}"),
    )
)


class Tokens:
    """A text and how far it has been read; `column` is never on a blank."""

    __slots__ = ("column", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.column = len(text) - len(text.lstrip(" \t"))

    def at_end(self) -> bool:
        return self.column == len(self.text)

    def take(self, kind: re.Pattern[str]) -> str:
        """Read a token of this kind, or stay and return an empty string."""
        if token := kind.match(self.text, self.column):
            self.column = token.end()
            return token[1]
        return ""

    def take_label(self) -> str:
        start = self.column
        label = self.take(LABEL)
        if len(label) > LONGEST_LABEL:
            self.column = start
            raise self.error(
                f"label too long: {shortened(label)}",
                hint=f"a label has at most {LONGEST_LABEL} characters",
            )
        return label

    def stands(self, kind: re.Pattern[str]) -> bool:
        return kind.match(self.text, self.column) is not None

    def found(self) -> str:
        """What stands here, for a message; raises where no token can be read at all."""
        if self.at_end():
            return "end of selector"
        if token := _ANYTHING.match(self.text, self.column):
            return shortened(token[0])
        character = self.text[self.column]
        raise self.error(_UNREADABLE.get(character, f"expected identifier, found {shortened(character)}"))

    def error(self, says: str, *, hint: str = "") -> SelectorError:
        return SelectorError(says, text=self.text, column=self.column, hint=hint or self._likely_slip())

    def _likely_slip(self) -> str:
        return next((hint for slip, hint in _LIKELY_SLIPS if slip.match(self.text, self.column)), "")
