"""Labels that Calico gives to endpoints by itself.

Source: Calico's felix/labelindex/label_inheritance_index.go.
"""

NAMESPACE = "projectcalico.org/namespace"
ORCHESTRATOR = "projectcalico.org/orchestrator"
SERVICE_ACCOUNT = "projectcalico.org/serviceaccount"
#: On namespaces and service accounts, as selectors over them see it.
NAME = "projectcalico.org/name"
#: On namespaces since Kubernetes 1.21.
METADATA_NAME = "kubernetes.io/metadata.name"

#: Before every namespace label, and every service account label, that an endpoint inherits.
NAMESPACE_PREFIX = "pcns."
SERVICE_ACCOUNT_PREFIX = "pcsa."

KUBERNETES = "k8s"
