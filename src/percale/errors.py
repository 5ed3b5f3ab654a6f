"""The one base class of everything Percale raises on purpose."""


class PercaleError(Exception):
    """An error with a text fit to print; `hint`, when there is one, says what would be right."""

    def __init__(self, says: str, *, hint: str = "") -> None:
        super().__init__(says)
        self.says = says
        self.hint = hint
