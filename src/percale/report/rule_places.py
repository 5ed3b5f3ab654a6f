"""Where in the user's own files a rule was written."""

import re

from percale.policy.policies import Policy
from percale.policy.rules import Rule
from percale.resources.decode import Manifests
from percale.resources.documents import Document
from percale.resources.places import Path
from percale.resources.problems import Place

_STEP = re.compile(r"([A-Za-z]+)|\[([0-9]+)\]")


class RulePlaces:
    """Policies know the place of their document only; the document knows the rest."""

    def __init__(self, manifests: Manifests) -> None:
        self._documents: dict[Place, Document] = {item.document.place_of(()): item.document for item in manifests.items}

    def of(self, policy: Policy, path: str = "") -> Place | None:
        """`path` is below the policy's `spec`."""
        document = self._documents.get(policy.place) if policy.place else None
        return document.place_of(("spec", *_steps(path)) if path else ()) if document else policy.place

    def of_rule(self, policy: Policy, rule: Rule) -> Place | None:
        return self.of(policy, rule.path)


def _steps(path: str) -> Path:
    return tuple(int(step[2]) if step[2] else step[1] for step in _STEP.finditer(path))
