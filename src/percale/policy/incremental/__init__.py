"""A world that follows its resources as they come and go, at a cost that follows the change."""
