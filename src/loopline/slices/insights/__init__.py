"""Insights: questions about product events, and the persons, cohorts, events and reports around them."""
