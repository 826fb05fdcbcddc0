"""Measures: metrics with an owner, a unit and a target, and their values, by hand until events compute them."""
