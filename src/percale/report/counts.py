"""How many there are of something."""


def counted(number: int, one: str, several: str = "") -> str:
    """`1 problem`, `2 problems`; `several` where an `s` does not make it."""
    return f"{number} {one}" if number == 1 else f"{number} {several or one + 's'}"
