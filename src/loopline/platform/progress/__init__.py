"""Long jobs as people see them: how far, what was found, live and after a reload."""
