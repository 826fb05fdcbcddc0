"""Doing: the catalogue, reports, cohorts, privacy and SQL."""
