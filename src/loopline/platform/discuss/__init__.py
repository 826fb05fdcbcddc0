"""Talking about any object: comments with mentions, and following."""
