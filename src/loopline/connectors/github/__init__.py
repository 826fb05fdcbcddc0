"""GitHub: issues, pull requests and releases, by webhook and by file."""
