"""Pages of rituals."""
