"""Drills: real processes of a throw-away home, killed for real, and what is left counted."""
