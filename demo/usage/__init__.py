"""Oakrow's product usage: about a million events, made from the same story as the rest, in seconds."""
