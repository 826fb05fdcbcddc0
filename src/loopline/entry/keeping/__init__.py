"""Keeping a home safe: copies, their return, and checks that what is there fits together."""
