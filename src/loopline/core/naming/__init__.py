"""Names of events and properties: house conventions, what breaks them, and what would not."""
