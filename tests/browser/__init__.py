"""Tests in Chromium; a package, so that they share their browsers and end them."""
