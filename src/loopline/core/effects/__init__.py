"""How much a number changed from before to after, with its interval; no claim about why."""
