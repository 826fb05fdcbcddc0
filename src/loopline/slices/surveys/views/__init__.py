"""Pages of surveys: ours, and the ones that are open to whoever is asked."""
