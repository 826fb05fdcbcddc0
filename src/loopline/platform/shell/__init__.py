"""What every page shares: palette, undo, comments, links, saved views, inline edit, progress, people."""
