"""Survey arithmetic: scores with their intervals, over time and by group. No Django, no I/O."""
