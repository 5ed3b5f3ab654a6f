"""Many flows at once: verdict and ruling of each, looked up in what the symbolic engine knows of all packets."""
