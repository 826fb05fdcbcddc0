"""Likeness of texts: which earlier items probably say the same, and why. See dedupe-and-search in docs."""
