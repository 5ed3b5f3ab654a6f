from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, kubernetes_policy, resource

LONG_NAME = "a" * 254
LABEL = "name must consist of lower case alphanumeric characters or '-' (regex: [a-z0-9]([-a-z0-9]*[a-z0-9])?)"
SUBDOMAIN = "must consist of lower case alphanumeric characters, '-' or '.'"
CLUSTER_SCOPED = "namespace should not be specified for a non-namespaced resource."


def np(name: str) -> Manifest:
    return resource("NetworkPolicy", name=name, namespace="shop")


@cases(
    ("policy: one label", np("web-1"), VALID),
    ("policy: two labels", np("default.web"), VALID),
    ("policy: a label beyond 63", np("a" * 253), VALID),
    ("policy: converted from Kubernetes", np("knp.default.a.b.c"), VALID),
    ("policy: of a security group", np("ossg.default.a.b"), VALID),
    ("policy: three labels", np("a.b.c"), [("metadata.name", LABEL)]),
    ("policy: knp of another tier", np("knp.other.a"), [("metadata.name", LABEL)]),
    ("policy: upper case", np("Web"), [("metadata.name", LABEL)]),
    ("policy: underscore", np("a_b"), [("metadata.name", LABEL)]),
    ("policy: dash at the end", np("web-"), [("metadata.name", LABEL)]),
    ("policy: line break at the end", np("web\n"), [("metadata.name", LABEL)]),
    ("policy: too long", np(LONG_NAME), [("metadata.name", "name is too long by 1 bytes")]),
    ("global policy: two labels", resource("GlobalNetworkPolicy", name="a.b"), VALID),
    ("global policy: knp", resource("GlobalNetworkPolicy", name="knp.default.a"), [("metadata.name", LABEL)]),
    ("tier: one label", resource("Tier", name="security"), VALID),
    ("tier: a dot", resource("Tier", name="a.b"), [("metadata.name", LABEL)]),
    ("tier: too long", resource("Tier", name="a" * 64), [("metadata.name", "name is too long by 1 bytes")]),
    ("network set: subdomain", resource("NetworkSet", name="a.b.c"), VALID),
    ("network set: slash", resource("NetworkSet", name="a/b"), [("metadata.name", SUBDOMAIN)]),
    ("namespace: one label", resource("Namespace", name="shop"), VALID),
    ("namespace: a dot", resource("Namespace", name="a.b"), [("metadata.name", "a lowercase RFC 1123 label")]),
    ("namespace: too long", resource("Namespace", name="a" * 64), [("metadata.name", "no more than 63 bytes")]),
    ("pod: subdomain", resource("Pod", name="a.b.c"), VALID),
    (
        "pod: upper case",
        resource("Pod", name="Web"),
        [("metadata.name", f"a lowercase RFC 1123 subdomain {SUBDOMAIN}")],
    ),
    ("cron job: 52 characters", resource("CronJob", name="a" * 52), VALID),
    ("cron job: 53 characters", resource("CronJob", name="a" * 53), [("metadata.name", "no more than 52 bytes")]),
    ("no name", resource("Pod", name=""), [("metadata.name", "name or generateName is required")]),
    ("generated name", resource("Pod", name="", generateName="web-"), VALID),
    (
        "generated name: upper case",
        resource("Pod", name="", generateName="Web-"),
        [("metadata.generateName", SUBDOMAIN)],
    ),
)
def test_names(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("namespaced without namespace", resource("NetworkPolicy"), VALID),
    ("namespaced with namespace", resource("NetworkPolicy", namespace="shop"), VALID),
    (
        "namespace with a dot",
        resource("NetworkPolicy", namespace="a.b"),
        [("metadata.namespace", "must not contain dots")],
    ),
    (
        "namespace in upper case",
        resource("Pod", namespace="Shop"),
        [("metadata.namespace", "a lowercase RFC 1123 label must consist of")],
    ),
    (
        "namespace too long",
        resource("Pod", namespace="a" * 64),
        [("metadata.namespace", "must be no more than 63 bytes")],
    ),
    (
        "global policy with namespace",
        resource("GlobalNetworkPolicy", namespace="shop"),
        [("metadata.namespace", f"{CLUSTER_SCOPED} GlobalNetworkPolicy is not a namespaced resource")],
    ),
    (
        "tier with namespace",
        resource("Tier", namespace="shop"),
        [("metadata.namespace", "Tier is not a namespaced resource")],
    ),
    (
        "namespace with namespace",
        resource("Namespace", namespace="shop"),
        [("metadata.namespace", "Namespace is not a namespaced resource")],
    ),
)
def test_namespaces(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def labelled(key: str, value: str = "x") -> Manifest:
    return resource("Pod", labels={key: value})


@cases(
    ("plain", labelled("app", "web"), VALID),
    ("prefixed", labelled("app.kubernetes.io/name", "Web_1.0"), VALID),
    ("empty value", labelled("app", ""), VALID),
    ("63 characters", labelled("k" * 63, "v" * 63), VALID),
    ("empty key", labelled(""), [("metadata.labels.", "name part must be non-empty")]),
    ("blank in key", labelled("my app"), [("metadata.labels.my app", "name part must consist of")]),
    ("two slashes", labelled("a/b/c"), [("metadata.labels.a/b/c", "a valid label key must consist of")]),
    ("empty prefix", labelled("/a"), [("metadata.labels./a", "prefix part must be non-empty")]),
    ("empty name", labelled("a/"), [("metadata.labels.a/", "name part must be non-empty")]),
    ("prefix in upper case", labelled("A/b"), [("metadata.labels.A/b", "prefix part a lowercase RFC 1123 subdomain")]),
    ("key too long", labelled("k" * 64), [("metadata.labels." + "k" * 64, "no more than 63 bytes")]),
    ("value too long", labelled("a", "v" * 64), [("metadata.labels.a", "label value: must be no more than 63 bytes")]),
    ("blank in value", labelled("a", "my web"), [("metadata.labels.a", "a valid label must be an empty string or")]),
    ("dash at the end of a value", labelled("a", "web-"), [("metadata.labels.a", "a valid label must be")]),
    (
        "both wrong",
        labelled("_", "*"),
        [("metadata.labels._", "label key: name part"), ("metadata.labels._", "label value: a valid label")],
    ),
    (
        "of a Kubernetes policy",
        kubernetes_policy() | {"metadata": {"name": "web", "labels": {"a": "b c"}}},
        [("metadata.labels.a", "a valid label must be")],
    ),
)
def test_labels(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def annotated(key: str, value: str = "x") -> Manifest:
    return resource("Tier", annotations={key: value})


@cases(
    ("any value", annotated("a", "anything: at all\n"), VALID),
    ("upper case in the prefix", annotated("Example.COM/a"), VALID),
    ("as large as may be", annotated("a", "v" * (256 * 1024 - 1)), VALID),
    ("too large", annotated("a", "v" * 256 * 1024), [("metadata.annotations", "too large by 1 bytes")]),
    ("counted in bytes", annotated("a", "é" * 128 * 1024), [("metadata.annotations", "too large by 1 bytes")]),
    ("blank in key", annotated("a b"), [("metadata.annotations.a b", "annotation key: name part must consist of")]),
)
def test_annotations(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def test_the_likely_name_is_offered() -> None:
    assert [fault.hint for fault in found(np("My_Policy"))] == ["did you mean `my-policy`?"]


def test_a_namespaced_sibling_is_offered() -> None:
    (fault,) = found(resource("GlobalNetworkSet", namespace="shop"))
    assert fault.hint == "leave `metadata.namespace` out, or make it a `NetworkSet`"
