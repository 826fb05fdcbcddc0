"""Home: what needs me, what moved, the line of one object, and how well the line runs."""
