"""The embedded store: one file, several processes of one host."""
