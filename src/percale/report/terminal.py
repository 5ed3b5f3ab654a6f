"""What may go to a terminal: names and labels come from strangers."""


def plain(text: str) -> str:
    """Without control characters, escapes and marks of writing direction, which could rewrite what is shown."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def plain_lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))
