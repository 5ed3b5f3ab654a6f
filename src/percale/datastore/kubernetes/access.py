"""Which API server, and as whom: as kubectl and calicoctl find it out (calico-semantics §7.5)."""

import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec
import yaml
from lightkube.config.client_adapter import user_auth, verify_cluster
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, KubeConfig, SingleConfig
from lightkube.config.models import Cluster, Context, User
from lightkube.core.exceptions import ConfigError

from percale.datastore.configuration import VARIABLES, Settings
from percale.datastore.errors import StoreUnavailable

_DEFAULT = "~/.kube/config"
#: What lightkube raises for files that are not as they should be.
_WRONG = (ConfigError, KeyError, TypeError, ValueError, AttributeError, msgspec.ValidationError, yaml.YAMLError)


@dataclass(frozen=True, slots=True)
class Access:
    url: str
    #: For messages: the user of a context, or what stands for one.
    user: str
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    auth: httpx2.Auth | None = field(default=None, repr=False)


class _Found(NamedTuple):
    """A context with its cluster and its user, and where they are from."""

    user_name: str
    config: SingleConfig


def access_of(settings: Settings, environment: Mapping[str, str] = os.environ) -> Access:
    """By a kubeconfig, in a pod by its service account; raises StoreUnavailable where there is neither."""
    found = _overridden(_found(settings, environment), settings)
    user = found.config.user or User()
    try:
        tls = verify_cluster(found.config.cluster, user, found.config.abs_file)
        return Access(found.config.cluster.server, found.user_name, tls, user_auth(user))
    except (*_WRONG, OSError) as error:
        raise StoreUnavailable(
            f"the access to `{found.config.cluster.server}` is not usable: {_said(error)}"
        ) from error


def _found(settings: Settings, environment: Mapping[str, str]) -> _Found:
    if settings.kubeconfig:
        return _in_files([Path(one).expanduser() for one in settings.kubeconfig.split(os.pathsep) if one], settings)
    if settings.kubeconfig_inline:
        return _in_context([_read(settings.kubeconfig_inline, "kubeconfigInline", None)], settings)
    if settings.k8s_api_endpoint:
        return _Found("", SingleConfig("", Context(cluster=""), Cluster(server=settings.k8s_api_endpoint), User()))
    default = Path(_DEFAULT).expanduser()
    if default.exists():
        return _in_files([default], settings)
    if environment.get("KUBERNETES_SERVICE_HOST"):
        return _of_service_account(environment)
    hint = f"set {VARIABLES['kubeconfig']}, or {VARIABLES['k8s_api_endpoint']}"
    raise StoreUnavailable(
        f"no Kubernetes API server is named: there is no `{_DEFAULT}`, and this is no pod", hint=hint
    )


def _of_service_account(environment: Mapping[str, str]) -> _Found:
    directory = environment.get("PERCALE_SERVICE_ACCOUNT_DIRECTORY", SERVICE_ACCOUNT)
    try:
        config = KubeConfig.from_service_account(directory).get()
    except (*_WRONG, OSError) as error:
        raise StoreUnavailable(f"the pod's service account cannot be used: {_said(error)}") from error
    return _Found("the pod's service account", _there(config))


def _in_files(files: list[Path], settings: Settings) -> _Found:
    """As kubectl merges them: what several files say, the first says; those that are missing are passed over."""
    there = [one for one in files if one.exists()]
    if not there:
        says = f"there is no kubeconfig at {', '.join(f'`{one}`' for one in files)}"
        raise StoreUnavailable(says, hint=f"look at {VARIABLES['kubeconfig']}")
    return _in_context([_read(_content(one), str(one), one) for one in there], settings)


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise StoreUnavailable(f"the kubeconfig `{file}` cannot be read: {_said(error)}") from error


def _read(text: str, source: str, file: Path | None) -> KubeConfig:
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe
        lists: dict[str, Any] = {name: data.get(name) or [] for name in ("clusters", "contexts", "users")}
        return KubeConfig.from_dict({**data, **lists}, fname=file)
    except _WRONG as error:
        raise StoreUnavailable(f"`{source}` is no kubeconfig: {_said(error)}") from error


def _in_context(configs: list[KubeConfig], settings: Settings) -> _Found:
    name = settings.k8s_current_context or next((one.current_context for one in configs if one.current_context), "")
    contexts = {name: one for config in reversed(configs) for name, one in config.contexts.items()}
    if name not in contexts:
        known = ", ".join(f"`{one}`" for one in sorted(contexts)) or "none"
        says = f"the kubeconfig has no context `{name}`" if name else "the kubeconfig has no current context"
        raise StoreUnavailable(says, hint=f"name one with --context; it has {known}")
    context = contexts[name]
    clusters = dict(_clusters(configs))
    users = dict(_users(configs))
    for what, wanted, known_names in (("cluster", context.cluster, clusters), ("user", context.user, users)):
        if wanted and wanted not in known_names:
            raise StoreUnavailable(f"context `{name}` names {what} `{wanted}`, of which the kubeconfig says nothing")
    user = users[context.user] if context.user else None
    return _Found(context.user or "", SingleConfig(name, context, clusters[context.cluster], user, None))


def _clusters(configs: list[KubeConfig]) -> Iterator[tuple[str, Cluster]]:
    """The first file's last, so that it counts; paths are relative to the file that has them."""
    for config in reversed(configs):
        for name, one in config.clusters.items():
            yield name, msgspec.structs.replace(one, certificate_auth=_path(one.certificate_auth, config))


def _users(configs: list[KubeConfig]) -> Iterator[tuple[str, User]]:
    for config in reversed(configs):
        for name, one in config.users.items():
            paths = {field: _path(getattr(one, field), config) for field in ("client_cert", "client_key", "token_file")}
            yield name, msgspec.structs.replace(one, **paths)


def _path(text: str | None, config: KubeConfig) -> str | None:
    return str(config.fname.parent / text) if text and config.fname else text


def _overridden(found: _Found, settings: Settings) -> _Found:
    """What Calico's other variables say counts more than a kubeconfig."""
    config = found.config
    cluster: dict[str, Any] = {}
    if settings.k8s_api_endpoint:
        cluster["server"] = settings.k8s_api_endpoint
    if settings.k8s_ca_file:
        cluster |= {"certificate_auth": settings.k8s_ca_file, "certificate_auth_data": None}
    if settings.k8s_insecure_skip_tls_verify:
        cluster |= {"insecure": True, "certificate_auth": None, "certificate_auth_data": None}
    user: dict[str, Any] = {}
    if settings.k8s_cert_file or settings.k8s_key_file:
        user |= {"client_cert": settings.k8s_cert_file, "client_key": settings.k8s_key_file}
        user |= {"client_cert_data": None, "client_key_data": None}
    if settings.k8s_api_token:
        user |= {"token": settings.k8s_api_token, "token_file": None}
    return found._replace(
        config=config._replace(
            cluster=msgspec.structs.replace(config.cluster, **cluster),
            user=msgspec.structs.replace(config.user or User(), **user),
        )
    )


def _there(config: SingleConfig | None) -> SingleConfig:
    if config is None:
        raise ConfigError("no context")
    return config


def _said(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error}".lower() + (f": `{error.filename}`" if error.filename else "")
    if isinstance(error, KeyError):
        return f"`{error.args[0]}` is missing"
    return " ".join(str(error).split())
