"""Dashboards and investigations: charts that belong together, owned, and what was found and decided from them."""
