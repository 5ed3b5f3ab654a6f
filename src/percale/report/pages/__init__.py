"""Parts of pages that are no Python: what `report` fills in and puts together."""
