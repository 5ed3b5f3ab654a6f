"""What was seen on the wire: read from where it was kept, and put together with what policies say of it."""
