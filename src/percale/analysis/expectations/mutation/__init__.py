"""How many single edits of the policies a suite would notice."""
