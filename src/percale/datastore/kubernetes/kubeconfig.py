"""Contexts of kubeconfigs, as kubectl merges and reads them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml
from lightkube.config.kubeconfig import KubeConfig
from lightkube.config.models import Cluster, User
from lightkube.core.exceptions import ConfigError

from percale.datastore.errors import StoreUnavailable

#: What lightkube raises for files that are not as they should be.
WRONG = (ConfigError, KeyError, TypeError, ValueError, AttributeError, msgspec.ValidationError, yaml.YAMLError)
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """A cluster and a user, with the fields that lightkube leaves out."""

    cluster: Cluster
    user: User = field(default_factory=User)
    user_name: str = ""
    cluster_fields: Fields = field(default_factory=dict)
    user_fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    config: KubeConfig
    fields: Fields

    def named(self, kind: str, name: str | None) -> Fields:
        """What the file says of one cluster or user, however lightkube reads it."""
        found: list[Fields] = [one[kind] for one in self.fields[f"{kind}s"] if one["name"] == name]
        return found[-1] if found else {}


def in_files(paths: Sequence[Path], context: str) -> Context:
    """What several files say, the first says; those that are missing are passed over. Raises StoreUnavailable."""
    there = [one for one in paths if one.exists()]
    if not there:
        says = f"there is no kubeconfig at {', '.join(f'`{one}`' for one in paths)}"
        raise StoreUnavailable(says, hint="look at KUBECONFIG")
    return _chosen([_read(_content(one), str(one), one) for one in there], context)


def in_text(text: str, context: str) -> Context:
    return _chosen([_read(text, "kubeconfigInline", None)], context)


def said(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error}".lower() + (f": `{error.filename}`" if error.filename else "")
    return f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else " ".join(str(error).split())


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise StoreUnavailable(f"the kubeconfig `{file}` cannot be read: {said(error)}") from error


def _read(text: str, source: str, file: Path | None) -> _File:
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe
        lists: dict[str, Any] = {name: data.get(name) or [] for name in ("clusters", "contexts", "users")}
        return _File(KubeConfig.from_dict({**data, **lists}, fname=file), lists)
    except WRONG as error:
        raise StoreUnavailable(f"`{source}` is no kubeconfig: {said(error)}") from error


def _chosen(files: list[_File], wanted: str) -> Context:
    name = wanted or next((one.config.current_context for one in files if one.config.current_context), "") or ""
    contexts = {name: one for file in reversed(files) for name, one in file.config.contexts.items()}
    if name not in contexts:
        known = ", ".join(f"`{one}`" for one in sorted(contexts)) or "none"
        says = f"the kubeconfig has no context `{name}`" if name else "the kubeconfig has no current context"
        raise StoreUnavailable(says, hint=f"name one with --context; it has {known}")
    context = contexts[name]
    clusters, users = dict(_clusters(files)), dict(_users(files))
    for what, one, known_ones in (("cluster", context.cluster, clusters), ("user", context.user, users)):
        if one and one not in known_ones:
            raise StoreUnavailable(f"context `{name}` names {what} `{one}`, of which the kubeconfig says nothing")
    cluster, cluster_fields = clusters[context.cluster]
    user, user_fields = users[context.user] if context.user else (User(), {})
    return Context(cluster, user, context.user or "", cluster_fields, user_fields)


def _clusters(files: list[_File]) -> Iterator[tuple[str, tuple[Cluster, Fields]]]:
    """The first file's last, so that it counts; paths are relative to the file that has them."""
    for file in reversed(files):
        for name, one in file.config.clusters.items():
            changed = msgspec.structs.replace(one, certificate_auth=_path(one.certificate_auth, file.config))
            yield name, (changed, file.named("cluster", name))


def _users(files: list[_File]) -> Iterator[tuple[str, tuple[User, Fields]]]:
    for file in reversed(files):
        for name, one in file.config.users.items():
            paths: dict[str, Any] = {
                each: _path(getattr(one, each), file.config) for each in ("client_cert", "client_key", "token_file")
            }
            if one.exec and os.sep in one.exec.command:
                command = _path(one.exec.command, file.config)
                paths["exec"] = msgspec.structs.replace(one.exec, command=command)
            yield name, (msgspec.structs.replace(one, **paths), file.named("user", name))


def _path(text: str | None, config: KubeConfig) -> str | None:
    return str(config.fname.parent / text) if text and config.fname else text
