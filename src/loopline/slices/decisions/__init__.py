"""Decisions: a question, its options, what was chosen and why, with the inputs frozen at that moment."""
