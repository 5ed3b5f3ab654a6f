"""Settings of `percale lint`: what `.percale.yaml` says, and the command line above it."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from percale.analysis.lint.findings import Severity
from percale.analysis.lint.registry import RULES
from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.settings import Ignored, Settings
from percale.cli.exits import UsageError
from percale.resources.documents import Document, documents_in
from percale.resources.faults import Fault, faults, written
from percale.resources.problems import InvalidInput, Place, Problem
from percale.resources.whole_numbers import converted
from percale.resources.wire import Wire
from percale.traffic.addresses import Network, network_text

NAME = ".percale.yaml"
_BY_NAME = {name: rule for rule in RULES for name in (rule.id, rule.name)}


class IgnoreEntry(Wire, frozen=True):
    #: By id or name.
    rules: tuple[str, ...]
    #: Why it is right there.
    reason: str
    #: `NetworkPolicy shop/web`, with `*` for any text. Default: every resource.
    resource: str = "*"


class LintSettings(Wire, frozen=True):
    #: Rules to ask beside those that are on by default.
    enable: tuple[str, ...] = ()
    #: Rules not to ask.
    disable: tuple[str, ...] = ()
    #: The least severity that is shown and counts.
    threshold: str = "warning"
    #: Other severities, by rule.
    severity: dict[str, str] = {}  # noqa: RUF012  msgspec copies mutable defaults
    #: Where pods have their addresses.
    pod_networks: tuple[str, ...] = ()
    #: Findings that are right where they are.
    ignore: tuple[IgnoreEntry, ...] = ()


class ConfigFile(Wire, frozen=True):
    lint: LintSettings = LintSettings()


@dataclass(frozen=True, slots=True)
class Config:
    settings: Settings
    threshold: Severity
    pod_networks: tuple[Network, ...]


def settings_from(given: Namespace) -> Config:
    files = _files(given)
    read = [_read(path) for path in files]
    said = [config.lint for _, config in read]
    threshold = given.severity or next((one.threshold for one in said), "warning")
    networks = given.pod_networks or [network_text(text) for one in said for text in one.pod_networks]
    return Config(
        Settings(
            enabled=_ids([*given.enable, *(name for one in said for name in one.enable)]),
            disabled=_ids([*given.disable, *(name for one in said for name in one.disable)]),
            severities={_BY_NAME[name].id: Severity(text) for one in said for name, text in one.severity.items()},
            ignored=tuple(ignored for document, config in read for ignored in _ignored(document, config)),
        ),
        Severity(threshold),
        tuple(network for network in networks if network),
    )


def _files(given: Namespace) -> list[str]:
    if given.settings:
        return [given.settings]
    return [] if given.no_settings else list(_beside(given.files or ()))


def rules_called(names: Iterable[str]) -> list[LintRule]:
    for name in names:
        if name not in _BY_NAME:
            raise UsageError(f"no rule is called `{name}`", hint=f"they are {RULES[0].id} to {RULES[-1].id}")
    return [_BY_NAME[name] for name in names]


def _ids(names: Iterable[str]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules_called(names))


def _beside(paths: Iterable[str]) -> Iterator[str]:
    """One for each directory that manifests are read from, if it is there."""
    directories = dict.fromkeys(Path(path) if Path(path).is_dir() else Path(path).parent for path in paths)
    yield from (str(one / NAME) for one in directories if (one / NAME).is_file())


def _read(path: str) -> tuple[Document, ConfigFile]:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput([Problem(Place(path), f"cannot be read: {error.strerror}")]) from error
    document, *more = documents_in(content, path)
    if more:
        raise InvalidInput([Problem(more[0].place_of(()), "settings are one document")])
    try:
        config = converted(document.data, ConfigFile)
    except msgspec.ValidationError as refusal:
        wrong = faults(ConfigFile, document.data) or [Fault((), str(refusal))]
        raise InvalidInput(_problems(document, wrong)) from refusal
    if found := list(_faults(config)):
        raise InvalidInput(_problems(document, found))
    return document, config


def _problems(document: Document, found: Iterable[Fault]) -> list[Problem]:
    return [Problem(document.place_of(one.path), one.says, written(one.path), "", one.hint) for one in found]


def _faults(config: ConfigFile) -> Iterator[Fault]:
    """What the types let pass."""
    said = config.lint
    for field, names in (("enable", said.enable), ("disable", said.disable)):
        yield from (_unknown(name, ("lint", field, index)) for index, name in enumerate(names) if name not in _BY_NAME)
    for path, text in _severities(said):
        if text not in set(Severity):
            yield Fault(path, f"`{text}` is no severity", f"write one of {', '.join(f'`{one}`' for one in Severity)}")
    yield from (_unknown(name, ("lint", "severity", name)) for name in said.severity if name not in _BY_NAME)
    for index, text in enumerate(said.pod_networks):
        if network_text(text) is None:
            yield Fault(("lint", "podNetworks", index), f"`{text}` is no network", "write it as 10.244.0.0/16")


def _severities(said: LintSettings) -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("lint", "threshold"), said.threshold
    for rule, text in said.severity.items():
        yield ("lint", "severity", rule), text


def _unknown(name: str, path: tuple[str | int, ...]) -> Fault:
    return Fault(path, f"no rule is called `{name}`", f"they are {RULES[0].id} to {RULES[-1].id}")


def _ignored(document: Document, config: ConfigFile) -> Iterator[Ignored]:
    for index, entry in enumerate(config.lint.ignore):
        yield Ignored(frozenset(entry.rules), entry.resource, entry.reason, document, ("lint", "ignore", index))
