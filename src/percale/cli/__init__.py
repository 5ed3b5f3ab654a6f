"""The commands, one file each: they read input, ask, and print what `report` makes of the answer."""
