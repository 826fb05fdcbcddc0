""" "Related to": one typed link table between any two objects, in either direction."""
