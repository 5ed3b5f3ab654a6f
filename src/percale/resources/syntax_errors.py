"""libyaml's complaints in words that say what was found and what would be right."""

import re

from yaml import YAMLError
from yaml.error import MarkedYAMLError

from percale.resources.places import Text
from percale.resources.problems import Problem
from percale.selector.errors import printable

_REFUSED = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WORD = re.compile(r"[^\s,\[\]{}:]{1,30}|\S")

_TAB = ("a tab is used for indentation", "indent with spaces")

# libyaml's text: ours, with {found} and the {opened} place of what it was in the middle of.
_SAYS = {
    "mapping values are not allowed in this context": (
        "`:` cannot stand here: this is not the place for a key",
        "put the text in quotes if `: ` is part of it, else check the indentation",
    ),
    "block sequence entries are not allowed in this context": (
        "`- ` cannot stand here",
        "begin the list on a line of its own",
    ),
    "mapping keys are not allowed in this context": ("`? ` cannot stand here", ""),
    "did not find expected key": (
        "found {found} where a key, or the end of the mapping from {opened}, is expected",
        "check indentation and quotes",
    ),
    "did not find expected '-' indicator": (
        "found {found} where `- `, or the end of the list from {opened}, is expected",
        "check the indentation",
    ),
    "did not find expected ',' or ']'": (
        "found {found} where `,` or `]` is expected",
        "the list begins at {opened}",
    ),
    "did not find expected ',' or '}'": (
        "found {found} where `,` or `}}` is expected",
        "the mapping begins at {opened}",
    ),
    "did not find expected node content": ("found {found} where a value is expected", ""),
    "did not find expected <document start>": (
        "found {found} after the end of the document",
        "separate documents by a line `---`",
    ),
    "found character that cannot start any token": ("a value cannot begin with {found}", "put it in quotes"),
    "found unexpected end of stream": (
        "the quoted text that begins at {opened} does not end",
        "close the quote",
    ),
    "found unexpected document indicator": (
        "the quoted text that begins at {opened} does not end before the next document",
        "close the quote",
    ),
    "could not find expected ':'": ("the key at {opened} has no `:`", "write `key: value`"),
    "found unknown escape character": (
        "unknown escape `\\{found_bare}` in double quotes",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    "did not find expected hexdecimal number": ("found {found} where a hexadecimal digit is expected", ""),
    "found invalid Unicode character escape code": ("the escape is not a Unicode character", ""),
    "did not find expected alphabetic or numeric character": (
        "found {found} where the name of an anchor is expected",
        "put the text in quotes if `*` or `&` is part of it",
    ),
    "did not find expected comment or line break": (
        "found {found} after a block scalar's `|` or `>`",
        "begin the text on the next line",
    ),
    "found an indentation indicator equal to 0": ("a block scalar cannot have indentation 0", "write 1 to 9"),
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "found undefined tag handle": ("the tag {found} is not supported", "leave the tag out"),
    "found incompatible YAML document": ("YAML of this version is not supported", "leave `%YAML` out"),
    "found duplicate %YAML directive": ("`%YAML` is written twice", ""),
    "found unknown directive name": ("unknown directive", "put text that begins with `%` in quotes"),
}


def syntax_problem(error: YAMLError, text: Text, start: int) -> tuple[Problem, int]:
    """The problem, and the index where it lies; `start` is where the parser began within the text."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _unreadable_character(text, start)
    index = start + error.problem_mark.index
    if (tab := _indenting_tab(text.content, index)) is not None:
        says, hint = _TAB
        return Problem(text.place(tab), says, hint=hint), index
    opened_at = start + error.context_mark.index if error.context_mark else start
    if index >= len(text.content) and (bracket := text.content[opened_at : opened_at + 1]) in ("[", "{"):
        says = f"the `{bracket}` is not closed before the end of the file"
        return Problem(text.place(opened_at), says), index
    opened = text.place(opened_at)
    says, hint = _SAYS.get(error.problem or "", (f"this is not YAML: {error.problem}".replace("{", "{{"), ""))
    words = {
        "found": _found(text.content, index),
        "found_bare": printable(text.content[index + 1 : index + 2]),
        "opened": f"line {opened.line}, column {opened.column}",
    }
    return Problem(text.place(index), says.format(**words), hint=hint.format(**words)), index


def _unreadable_character(text: Text, start: int) -> tuple[Problem, int]:
    match = _REFUSED.search(text.content, start)
    if match is None:
        return Problem(text.place(start), "this is not YAML"), len(text.content)
    code = f"U+{ord(match.group()):04X}"
    says = f"the control character {code} cannot stand in YAML"
    hint = "is the file UTF-16 without a byte order mark?" if match.group() == "\0" else "remove it"
    return Problem(text.place(match.start()), says, hint=hint), match.start()


def _indenting_tab(content: str, index: int) -> int | None:
    line_start = content.rfind("\n", 0, index) + 1
    indentation = re.compile(r"[ \t]*").match(content, line_start)
    tab = content.find("\t", line_start, indentation.end() if indentation else index)
    return tab if tab >= 0 else None


def _found(content: str, index: int) -> str:
    if index >= len(content):
        return "the end of the file"
    if content[index] in "\r\n":
        return "the end of the line"
    match = _WORD.match(content, index)
    return f"`{printable(match.group() if match else content[index])}`"
