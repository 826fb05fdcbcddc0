"""Full-text search over everything: one row an object, FTS5 on SQLite, tsvector on PostgreSQL."""
