"""What two worlds let through differently, each change with a packet and what both say of it."""
