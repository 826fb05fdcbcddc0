"""Where the line loses most, what is left for later on purpose, and what it all brought."""
