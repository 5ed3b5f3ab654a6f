"""RBAC beside the policies, and habits that some teams ask for."""

from collections.abc import Iterator

from percale.analysis.lint import raw
from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Elsewhere, Spot
from percale.resources.documents import Document
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.places import Path
from percale.resources.validation.cautions import cautions

#: What the intent of a policy is written in.
INTENT = ("description", "owner", "last-updated")
#: What a workload is known by.
LABELS = ("app", "version", "tier", "team", "env")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Pod")


def rbac_joined_names(context: Context) -> Iterator[Spot]:
    for document in raw.of_kind(context, "Role", "ClusterRole"):
        for index, rule in enumerate(raw.items(document.data.get("rules"))):
            for field in ("apiGroups", "resources", "verbs", "resourceNames"):
                for number, text in enumerate(raw.items(raw.mapping(rule).get(field))):
                    if isinstance(text, str) and (names := text.replace(",", " ").split())[1:]:
                        yield Spot(
                            document,
                            ("rules", index, field, number),
                            "several names in one string are one name, which nothing has: it grants nothing",
                            f"write [{', '.join(names)}]",
                        )


def rbac_other_account(context: Context) -> Iterator[Spot]:
    """A binding of an account that the manifests do not make, while one that they make is bound by none."""
    made = {_account(document): document for document in raw.of_kind(context, "ServiceAccount")}
    bound = list(_bound(context))
    idle = made.keys() - {account for _, _, account in bound}
    for document, path, account in bound:
        near = next((one for one in sorted(idle) if one[0] == account[0]), None)
        if account not in made and near:
            yield Spot(
                document,
                path,
                f"the account {'/'.join(account)} is bound, and {'/'.join(near)}, which the manifests make, is not",
                f"bind {'/'.join(near)}",
                (Elsewhere("bound by none", made[near], ("metadata", "name")),),
            )


def _account(document: Document) -> tuple[str, str]:
    metadata = raw.mapping(document.data.get("metadata"))
    return str(metadata.get("namespace") or "default"), str(metadata.get("name"))


def _bound(context: Context) -> Iterator[tuple[Document, Path, tuple[str, str]]]:
    for document in raw.of_kind(context, "RoleBinding", "ClusterRoleBinding"):
        for index, subject in enumerate(raw.items(document.data.get("subjects"))):
            fields = raw.mapping(subject)
            if fields.get("kind") == "ServiceAccount":
                account = str(fields.get("namespace") or _account(document)[0]), str(fields.get("name"))
                yield document, ("subjects", index), account


def intent_missing(context: Context) -> Iterator[Spot]:
    for one in context.policies:
        missing = [name for name in INTENT if name not in one.resource.metadata.annotations]
        if missing:
            yield one.spot(
                ("metadata",),
                f"nothing says what the policy is for: annotations {', '.join(missing)} are missing",
                "write them: whoever has to change the policy in a year will ask",
            )


def labels_missing(context: Context) -> Iterator[Spot]:
    for item in context.manifests.items:
        if item.resource.kind in _WORKLOADS:
            spec = raw.mapping(item.document.data.get("spec"))
            template = raw.mapping(raw.mapping(spec.get("template")).get("metadata"))
            own = raw.mapping(item.document.data.get("metadata"))
            labels = raw.mapping((template if item.resource.kind != "Pod" else own).get("labels"))
            missing = [name for name in LABELS if name not in labels]
            if missing:
                yield Spot(
                    item.document,
                    ("metadata", "labels"),
                    f"labels {', '.join(missing)} are missing",
                    "label workloads alike, so that policies can select by team, tier and environment",
                )


def reserved_name(context: Context) -> Iterator[Spot]:
    for one in context.policies:
        for fault in cautions(one.resource):
            yield one.spot(fault.path, fault.says, fault.hint)


def felix_for_no_node(context: Context) -> Iterator[Spot]:
    for item in context.of_kind(FelixConfiguration):
        for fault in cautions(item.resource):
            yield Spot(item.document, fault.path, fault.says, fault.hint)
