"""Imports: a file, a mapping, a dry run, then batches with progress and a report; again changes nothing."""
