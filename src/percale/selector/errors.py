"""What is said about a text that is no selector, and where in it."""

from percale.errors import PercaleError

_WIDTH = 100


def printable(text: str) -> str:
    """The text with everything a terminal might obey, or not show, escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, *, longest: int = 60) -> str:
    """The text, fit to stand inside a message."""
    return printable(text if len(text) <= longest else f"{text[:longest]}…")


class SelectorError(PercaleError):
    """The text is not a selector; `column` counts from 0 and may stand just behind the text."""

    def __init__(self, says: str, *, text: str, column: int, hint: str = "") -> None:
        super().__init__(says, hint=hint)
        self.text = text
        self.column = column

    def excerpt(self) -> str:
        """Two lines: the text around the column, and a caret below it."""
        first = max(0, min(self.column - _WIDTH // 2, len(self.text) - _WIDTH))
        last = first + _WIDTH
        before = ("…" if first else "") + printable(self.text[first : self.column])
        after = printable(self.text[self.column : last]) + ("…" if last < len(self.text) else "")
        return f"{before}{after}\n{' ' * len(before)}^"
