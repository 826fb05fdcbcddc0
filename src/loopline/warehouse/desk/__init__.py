"""The desk: one process a home that answers questions about its events, so that no page ever runs a query itself."""
