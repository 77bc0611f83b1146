"""The database: SQLite in the data folder, or PostgreSQL by its address; one schema for both."""
