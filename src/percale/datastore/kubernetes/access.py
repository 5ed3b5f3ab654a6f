"""Which API server, and as whom: as kubectl and calicoctl find it out (calico-semantics §7.5)."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from lightkube.config.client_adapter import user_auth, verify_cluster
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, KubeConfig
from lightkube.config.models import Cluster, User

from percale.datastore.configuration import VARIABLES, Settings
from percale.datastore.errors import StoreUnavailable
from percale.datastore.kubernetes.credentials import Plugin, PluginAuth
from percale.datastore.kubernetes.kubeconfig import WRONG, Context, in_files, in_text, said

_DEFAULT = "~/.kube/config"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Access:
    url: str
    #: For messages: the user of a context, or what stands for one.
    user: str
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    auth: httpx2.Auth | None = field(default=None, repr=False)
    #: As whom else requests are made, if the user may do that.
    headers: Headers = ()
    proxy: str = ""
    #: Whose certificate it has, if not that of the host in the URL.
    server_name: str = ""


def access_of(
    settings: Settings, environment: Mapping[str, str] = os.environ, service_account: Path = Path(SERVICE_ACCOUNT)
) -> Access:
    """By a kubeconfig, in a pod by its service account; raises StoreUnavailable where there is neither."""
    context = _overridden(_found(settings, environment, service_account), settings)
    cluster, user = context.cluster, context.user
    try:
        tls = verify_cluster(cluster, user, str)
        auth = PluginAuth(_plugin(context), tls) if _has_plugin(user) else user_auth(user)
    except (*WRONG, OSError) as error:
        says = f"the access to `{cluster.server}` is not usable: {said(error)}"
        raise StoreUnavailable(says) from error
    return Access(
        cluster.server,
        context.user_name,
        tls,
        auth,
        headers=_impersonation(context),
        proxy=str(context.cluster_fields.get("proxy-url") or ""),
        server_name=str(context.cluster_fields.get("tls-server-name") or ""),
    )


def _found(settings: Settings, environment: Mapping[str, str], service_account: Path) -> Context:
    if settings.kubeconfig:
        paths = [Path(one).expanduser() for one in settings.kubeconfig.split(os.pathsep) if one]
        return in_files(paths, settings.k8s_current_context)
    if settings.kubeconfig_inline:
        return in_text(settings.kubeconfig_inline, settings.k8s_current_context)
    if settings.k8s_api_endpoint:
        return Context(Cluster(server=settings.k8s_api_endpoint))
    default = Path(_DEFAULT).expanduser()
    if default.exists():
        return in_files([default], settings.k8s_current_context)
    if environment.get("KUBERNETES_SERVICE_HOST"):
        return _of_pod(service_account)
    hint = f"set {VARIABLES['kubeconfig']}, or {VARIABLES['k8s_api_endpoint']}"
    says = f"no Kubernetes API server is named: there is no `{_DEFAULT}`, and this is no pod"
    raise StoreUnavailable(says, hint=hint)


def _of_pod(service_account: Path) -> Context:
    try:
        config = KubeConfig.from_service_account(service_account)
    except (*WRONG, OSError) as error:
        raise StoreUnavailable(f"the pod's service account cannot be used: {said(error)}") from error
    (cluster,), (user,) = config.clusters.values(), config.users.values()
    return Context(cluster, user, "the pod's service account")


def _overridden(context: Context, settings: Settings) -> Context:
    """What Calico's other variables say counts more than a kubeconfig."""
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
    return replace(
        context,
        cluster=msgspec.structs.replace(context.cluster, **cluster),
        user=msgspec.structs.replace(context.user, **user),
    )


def _has_plugin(user: User) -> bool:
    return bool(user.exec and not user.token and not user.token_file)


def _plugin(context: Context) -> Plugin:
    """As the file has it: lightkube knows neither its newest form nor what it wants to be told."""
    fields = context.user_fields["exec"]
    command = context.user.exec.command if context.user.exec else ""
    return Plugin(
        api_version=fields["apiVersion"],
        argv=(command, *(fields.get("args") or ())),
        environment={one["name"]: one["value"] for one in fields.get("env") or ()},
        install_hint=fields.get("installHint") or "",
        cluster=_told_to_plugin(context) if fields.get("provideClusterInfo") else None,
    )


def _told_to_plugin(context: Context) -> dict[str, Any]:
    """Client-go's `ExecCluster`."""
    names = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
    found = {name: context.cluster_fields[name] for name in names if context.cluster_fields.get(name)}
    extensions = context.cluster_fields.get("extensions") or ()
    config = [one["extension"] for one in extensions if one["name"] == "client.authentication.k8s.io/exec"]
    return found | ({"config": config[0]} if config else {})


def _impersonation(context: Context) -> Headers:
    fields = context.user_fields
    users = [("Impersonate-User", fields["as"])] if fields.get("as") else []
    groups = [("Impersonate-Group", one) for one in fields.get("as-groups") or ()]
    uids = [("Impersonate-Uid", fields["as-uid"])] if fields.get("as-uid") else []
    extra = fields.get("as-user-extra") or {}
    return (*users, *groups, *uids, *((f"Impersonate-Extra-{name}", one) for name in extra for one in extra[name]))
