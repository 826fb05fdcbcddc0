"""Questions as plain window SQL for databases of others: PostgreSQL, Spark, DuckDB; ClickHouse builds on it."""
