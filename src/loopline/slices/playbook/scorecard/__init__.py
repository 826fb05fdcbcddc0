"""The scorecard: outcomes with a baseline, what they say now, and targets in six and twelve months."""
