"""Pure parts of delivery: which release first holds a commit."""
