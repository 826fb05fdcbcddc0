"""Blocks: small live answers that a text can hold, each from one slice and with its own permission."""
