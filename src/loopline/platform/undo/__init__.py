"""Undo: each undoable act leaves a token that calls its inverse, once, as a new audited act."""
