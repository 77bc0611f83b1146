"""Rostra: live audio for unlimited audiences, self-hosted."""

__version__ = "0.1.0"
