"""What can be on the wire, as values: addresses, protocols, packets, and sets of them."""
