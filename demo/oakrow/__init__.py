"""Oakrow, an invented company that makes shift-scheduling software: its people, customers and a year of work."""

SEED = 20_26
