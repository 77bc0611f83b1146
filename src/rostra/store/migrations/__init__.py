"""Alembic's folder: env.py runs it, versions/ holds the steps."""
