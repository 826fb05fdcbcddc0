"""Pages of dashboards and investigations."""
