"""Written things that stay alive: pages prepared from what is known, filled in where somebody has to write."""
