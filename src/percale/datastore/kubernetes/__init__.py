"""A Kubernetes API server as the store, in the forms in which Calico keeps its resources there."""
