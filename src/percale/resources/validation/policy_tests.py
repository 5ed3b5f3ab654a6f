"""PolicyTest: what can be said of an expectation without the manifests that it is about."""

import re
from collections.abc import Iterator

import msgspec

from percale.resources.end_texts import ANY, OUTSIDE, fields_of, is_domain, is_workload_name
from percale.resources.faults import Fault, Path
from percale.resources.policy_test import Between, End, EndFields, Expectation, Isolation, PolicyTest
from percale.resources.port_terms import parse_term
from percale.resources.ports import InvalidPort
from percale.resources.validation import names
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import duplicates, too_few, too_long, unsupported
from percale.resources.validation.selectors import endpoint_selector_findings, selector_findings
from percale.selector.errors import shortened

_FORMS = "write `any`, `outside`, a workload as NAMESPACE/NAME, an address, `service/NAMESPACE/NAME` or a domain name"
_DIRECTIONS = ("ingress", "egress")
#: A kind, a namespace and a name, each as long as it may be.
_LONGEST = 400
_SERVICE = re.compile(rf"({names.LABEL}/)?{names.LABEL}")
#: What may stand beside nothing else in one end.
_ALONE = ("workload", "cidr", "service", "domain")


def policy_test_findings(test: PolicyTest) -> Iterator[Fault]:
    metadata = test.metadata
    if not re.fullmatch(names.SUBDOMAIN, metadata.name):
        yield Fault(("metadata", "name"), f"`{shortened(metadata.name)}` is no name", names.MUST_BE_SUBDOMAIN)
    if metadata.namespace and not re.fullmatch(names.LABEL, metadata.namespace):
        path = ("metadata", "namespace")
        yield Fault(path, f"`{shortened(metadata.namespace)}` is no namespace", names.MUST_BE_LABEL)
    yield from too_few(test.spec.expect, 1, ("spec", "expect"))
    for number, expectation in enumerate(test.spec.expect):
        yield from _expectation(expectation, ("spec", "expect", number))
    named = [one.name for one in test.spec.expect]
    for number, fault in ((number, fault) for number, fault in _twice(named)):
        yield Fault(("spec", "expect", number, "name"), fault, "give each a name of its own")


def _twice(named: list[str]) -> Iterator[tuple[int, str]]:
    for number, name in enumerate(named):
        if name and name in named[:number]:
            yield number, f"two expectations are called `{shortened(name)}`"


def _expectation(expectation: Expectation, path: Path) -> Iterator[Fault]:
    fields = {field.name: field.encode_name for field in msgspec.structs.fields(expectation) if field.name != "name"}
    given = {name: getattr(expectation, name) for name in fields if getattr(expectation, name) is not None}
    if len(given) != 1:
        found = " and ".join(f"`{fields[name]}`" for name in given) or "none"
        choices = ", ".join(f"`{name}`" for name in fields.values())
        yield Fault(path, f"exactly one of {choices} must be set, found {found}")
    for name, asked in given.items():
        if isinstance(asked, Between):
            yield from _between(asked, (*path, fields[name]))
        elif isinstance(asked, Isolation):
            yield from _isolation(asked, (*path, fields[name]))
    if expectation.only_ports and not expectation.only_ports.ports:
        yield Fault((*path, "onlyPorts"), "no `ports` are given", "say what may pass; for nothing at all write `deny`")


def _between(asked: Between, path: Path) -> Iterator[Fault]:
    yield from _end(asked.from_, (*path, "from"), is_source=True)
    yield from _end(asked.to, (*path, "to"))
    for number, port in enumerate(asked.ports):
        try:
            parse_term(port)
        except InvalidPort as invalid:
            yield Fault((*path, "ports", number), invalid.says, invalid.hint)


def _isolation(asked: Isolation, path: Path) -> Iterator[Fault]:
    yield from _end(asked.workloads, (*path, "workloads"), is_source=True)
    yield from too_few(asked.directions, 1, (*path, "directions"))
    yield from duplicates(asked.directions, (*path, "directions"))
    for number, direction in enumerate(asked.directions):
        yield from unsupported(direction, _DIRECTIONS, (*path, "directions", number))


def _end(end: End, path: Path, *, is_source: bool = False) -> Iterator[Fault]:
    if isinstance(end, tuple):
        yield from too_few(end, 1, path)
        for number, one in enumerate(end):
            yield from _one(one, (*path, number), is_source=is_source)
    else:
        yield from _one(end, path, is_source=is_source)


def _one(end: str | EndFields, path: Path, *, is_source: bool) -> Iterator[Fault]:
    if isinstance(end, EndFields):
        yield from _fields(end, path, is_source=is_source)
        return
    if len(end) > _LONGEST:
        yield from too_long(end, _LONGEST, path)
        return
    fields = fields_of(end)
    if fields:
        yield from (Fault(path, fault.says, fault.hint) for fault in _fields(fields, path, is_source=is_source))
    elif end not in (ANY, OUTSIDE):
        yield Fault(path, f"`{shortened(end)}` is no end of a flow", _FORMS)


def _fields(end: EndFields, path: Path, *, is_source: bool) -> Iterator[Fault]:
    fields = {field.name: field.encode_name for field in msgspec.structs.fields(end)}
    given = [name for name in fields if getattr(end, name) is not None]
    if not given:
        yield Fault(path, "nothing is asked for", "write `any` for everybody")
    if len(given) > 1 and (alone := next((name for name in given if name in _ALONE), "")):
        yield Fault((*path, fields[alone]), f"`{alone}` stands alone", "write a list of two ends")
    if is_source and (only := next((name for name in given if name in ("service", "domain")), "")):
        yield Fault((*path, only), f"no source is known by a {only}", "name workloads or addresses")
    if end.selector is not None:
        yield from endpoint_selector_findings(end.selector, (*path, "selector"))
    if end.namespace_selector is not None:
        yield from selector_findings(end.namespace_selector, (*path, "namespaceSelector"))
    yield from _names(end, path)


def _names(end: EndFields, path: Path) -> Iterator[Fault]:
    for name in ("namespace", *_ALONE):
        if len(text := getattr(end, name) or "") > _LONGEST:
            yield from too_long(text, _LONGEST, (*path, name))
            return
    if end.namespace is not None and not re.fullmatch(names.LABEL, end.namespace):
        yield Fault((*path, "namespace"), f"`{shortened(end.namespace)}` is no namespace", names.MUST_BE_LABEL)
    if end.workload is not None and not is_workload_name(end.workload):
        yield Fault((*path, "workload"), f"`{shortened(end.workload)}` is no workload", "write NAMESPACE/NAME")
    if end.cidr is not None and network_in(end.cidr) is None:
        yield Fault((*path, "cidr"), f"`{shortened(end.cidr)}` is no CIDR", "write it as 10.0.0.0/8")
    if end.service is not None and not _SERVICE.fullmatch(end.service):
        yield Fault((*path, "service"), f"`{shortened(end.service)}` is no Service", "write NAMESPACE/NAME")
    if end.domain is not None and not is_domain(end.domain):
        yield Fault((*path, "domain"), f"`{shortened(end.domain)}` is no domain name", "write it as api.example.com")
