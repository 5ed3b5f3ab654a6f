"""Rulesets as nft text, and the kernel as nft shows it."""
