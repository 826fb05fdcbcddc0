"""How any object shows itself in one line: the registry behind links, search, mentions, the line and the log."""
