"""Resolved policy into kernel rules: compiled as values, written as nft text, loaded in whole transactions."""
