"""Releases: what ships together, what must be true before, and what is said about it."""
