"""Questions answered by ClickHouse: its dialect, its tables, and sealed segments shipped to it."""
