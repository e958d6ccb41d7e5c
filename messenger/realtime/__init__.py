"""Typed events between the server and the browsers; it knows nothing of chat."""
