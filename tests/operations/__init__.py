"""Data kept safe: backups, their return, checks, and processes that are killed."""
