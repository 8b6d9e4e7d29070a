"""Versions of the schema, as Alembic runs them."""
