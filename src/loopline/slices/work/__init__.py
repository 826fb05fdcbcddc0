"""Work: what is built, from trackers or by hand, and the bet it belongs to."""
