"""`-o` of `percale get`."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from percale.cli.exits import UsageError
from percale.report.listings import Found, Table, found_json, found_yaml, names_text

Form = Callable[[Sequence[Found]], str]

_FORMS = {"yaml": found_yaml, "yml": found_yaml, "json": found_json, "name": names_text}
_KNOWN = "ps, wide, yaml, json, name, custom-columns=COLUMN[,COLUMN]"


def add_output(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", default="ps", metavar="FORM", help=f"{_KNOWN}; by default ps")


def form_of(given: Namespace) -> Form:
    return _FORMS[given.output] if given.output in _FORMS else table_of(given).text


def table_of(given: Namespace) -> Table:
    with_namespace = bool(given.namespace or given.all_namespaces)
    name, _, value = given.output.partition("=")
    match name:
        case "ps" | "wide" if not value:
            return Table(wide=name == "wide", with_namespace=with_namespace)
        case "custom-columns":
            if not value:
                raise UsageError("need to specify at least one column")
            return Table(headings=tuple(value.split(",")), with_namespace=with_namespace)
        case "go-template" | "go-template-file":
            raise UsageError(f"`{name}` needs Go, which Percale is not made of", hint="take -o json, and jq")
        case _:
            raise UsageError(f"unrecognized output format '{given.output}'", hint=f"these are known: {_KNOWN}")
