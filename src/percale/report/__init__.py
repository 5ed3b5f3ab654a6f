"""Every form in which a person or a program is told something."""
