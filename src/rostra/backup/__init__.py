"""Backups: all that a server keeps in one file, made while it runs, and put back."""
