"""List pages, once: filters, sorting, search, cursors and saved views, the same for pages, API and CSV."""
