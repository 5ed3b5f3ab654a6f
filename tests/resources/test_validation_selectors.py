import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, global_policy, policy, to

DESTINATION = "spec.egress[0].destination"
MISPLACED = "global() can only be used in an EntityRule namespaceSelector"
COMBINED = "global() cannot be combined with other selectors"
LONGEST = "a == '" + "b" * 1017 + "'"


@cases(
    ("empty", policy(selector=""), VALID),
    ("plain", policy(selector="app == 'web' && has(tier)"), VALID),
    ("of service accounts", policy(serviceAccountSelector="a in {'b'}"), VALID),
    ("of namespaces", global_policy(namespaceSelector="all()"), VALID),
    ("1024 characters", policy(selector=LONGEST), VALID),
    ("1025 characters", policy(selector=LONGEST + " "), [("spec.selector", "Too long: 1025 characters")]),
    ("single =", policy(selector="app = 'web'"), [("spec.selector", "at column 5")]),
    ("of service accounts, broken", policy(serviceAccountSelector="a =="), [("spec.serviceAccountSelector", "string")]),
    ("of namespaces, broken", global_policy(namespaceSelector="("), [("spec.namespaceSelector", "at column 2")]),
    ("line break at the end", policy(selector="all()\n"), [("spec.selector", "at column 6")]),
    ("global()", policy(selector="global()"), [("spec.selector", MISPLACED)]),
    ("global() in quotes", policy(selector="a == 'global('"), [("spec.selector", MISPLACED)]),
    (
        "global() of service accounts",
        policy(serviceAccountSelector="global()"),
        [("spec.serviceAccountSelector", MISPLACED)],
    ),
    ("global() in a global policy", global_policy(selector="!global()"), [("spec.selector", MISPLACED)]),
    ("global() of namespaces", global_policy(namespaceSelector="global()"), [("spec.namespaceSelector", MISPLACED)]),
)
def test_selectors_of_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("each of them", to(selector="a == 'b'", notSelector="has(c)", namespaceSelector="all()"), VALID),
    ("of service accounts", to(serviceAccounts={"names": ["a", "b"], "selector": "has(c)"}), VALID),
    ("selector", to(selector="a & b"), [(f"{DESTINATION}.selector", "at column 3")]),
    ("notSelector", to(notSelector="a &&"), [(f"{DESTINATION}.notSelector", "at column")]),
    ("namespaceSelector", to(namespaceSelector="a"), [(f"{DESTINATION}.namespaceSelector", "at column 2")]),
    (
        "of service accounts, broken",
        to(serviceAccounts={"selector": "!"}),
        [(f"{DESTINATION}.serviceAccounts.selector", "at column 2")],
    ),
    (
        "a service account twice",
        to(serviceAccounts={"names": ["a", "b", "a"]}),
        [(f"{DESTINATION}.serviceAccounts.names[2]", 'Duplicate value: "a"')],
    ),
    ("notSelector too long", to(notSelector=LONGEST + " "), [(f"{DESTINATION}.notSelector", "Too long")]),
    ("global() of namespaces", to(namespaceSelector="global()"), VALID),
    ("global() with blanks", to(namespaceSelector=" global( ) "), VALID),
    (
        "global() and more",
        to(namespaceSelector="global() || has(a)"),
        [(f"{DESTINATION}.namespaceSelector", COMBINED)],
    ),
    ("not global()", to(namespaceSelector="!global()"), [(f"{DESTINATION}.namespaceSelector", COMBINED)]),
    ("(global())", to(namespaceSelector="(global())"), [(f"{DESTINATION}.namespaceSelector", COMBINED)]),
    ("global() in selector", to(selector="global()"), [(f"{DESTINATION}.selector", MISPLACED)]),
    ("global() in notSelector", to(notSelector="global()"), VALID),
    ("global() of service accounts", to(serviceAccounts={"selector": "global()"}), VALID),
)
def test_selectors_of_rules(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (policy(selector="app = 'web'"), "write `==` to compare"),
        (policy(selector="app == web"), "put the value in quotes"),
        (policy(selector="global()"), "write `namespaceSelector: global()` in the rule's source or destination"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
