"""The loop on a node that keeps its kernel true to a store: news in, one series of transactions out."""
