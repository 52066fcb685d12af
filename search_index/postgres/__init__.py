"""The search index kept in PostgreSQL, for shops whose doors run on several machines."""
