"""A difference as a comment on a pull request; what is not ours is shown as code, where nothing has a meaning."""

import re
from collections.abc import Iterator

from percale.report.counts import counted
from percale.report.difference_words import Sentence, Told
from percale.report.terminal import plain

#: GitHub refuses longer comments; it counts characters, and the last lines need some.
MOST_CHARACTERS = 65_536
_ROOM = MOST_CHARACTERS - 1_000

_MARK = {True: "opened", False: "closed"}


def difference_markdown(told: Told) -> str:
    written, length = [f"**Network policy:** {_escaped(told.summary())}", ""], 0
    blocks = list(_blocks(told))
    for index, block in enumerate(blocks):
        length += len(block) + 2
        if length > _ROOM:
            written.append(f"{counted(len(blocks) - index, 'entry', 'entries')} more: see `percale diff`.")
            break
        written += [block, ""]
    return "\n".join(written).rstrip("\n")


def _blocks(told: Told) -> Iterator[str]:
    """Each is shown whole or not at all."""
    for sentence in told.sentences():
        yield _details(sentence)
    yield from (f"- {_code(head)}" for head in told.presence_heads())
    yield from (f"- policy {_code(line)}" for line in told.policy_lines())


def _details(sentence: Sentence) -> str:
    inside = "\n".join(f"- {_code(line)}" for line in sentence.lines)
    head = f"{_MARK[sentence.opens]}: <code>{_html(sentence.head)}</code>"
    return f"<details><summary>{head}</summary>\n\n{inside}\n\n</details>"


def _code(text: str) -> str:
    """Between more backticks than follow each other inside."""
    shown = plain(text)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _html(text: str) -> str:
    """Also for what Markdown would still see inside a tag, mentions of users included."""
    return re.sub(r"[^\w\s/.,:()\-]", lambda found: f"&#{ord(found.group())};", plain(text))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|@~-])", r"\\\1", plain(text))
