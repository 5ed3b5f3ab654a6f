"""What is expected of policies: proved over all packets, tried by mutation, and suggested from what there is."""
