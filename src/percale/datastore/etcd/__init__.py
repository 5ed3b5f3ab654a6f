"""The distributed store: an etcd cluster, in the layout of Calico's own client."""
