"""Streams: open connections that are told what happens, over SSE and WebSocket."""
