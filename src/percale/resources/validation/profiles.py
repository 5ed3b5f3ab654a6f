"""Profile: rules as in policies, and labels. libcalico-go/lib/validator/v3."""

from collections.abc import Iterator

from percale.resources.faults import Fault
from percale.resources.profile import Profile
from percale.resources.validation.calico_policies import direction_findings
from percale.resources.validation.metadata import label_findings


def profile_resource_findings(profile: Profile) -> Iterator[Fault]:
    spec = profile.spec
    yield from direction_findings("ingress", spec.ingress, namespaced=True)
    yield from direction_findings("egress", spec.egress, namespaced=True)
    yield from label_findings(spec.labels_to_apply, ("spec", "labelsToApply"))
