"""Action items: what somebody promised to do, from anywhere, with exactly one owner and a day."""
