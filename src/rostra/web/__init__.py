"""The square's doors: pages, API and signalling over HTTP."""
