"""Told: everybody who asked hears what became of it, once, in words made from their own."""
