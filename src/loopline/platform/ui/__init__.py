"""The look: templates, static files, filters, the line, charts, navigation and keys."""
