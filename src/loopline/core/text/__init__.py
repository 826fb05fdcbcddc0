"""Words: splitting, normalising, and themes suggested from what was tagged before."""
