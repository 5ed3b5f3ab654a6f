"""Questions about resolved policy, answered from the judge's own words."""
