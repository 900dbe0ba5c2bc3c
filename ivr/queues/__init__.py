"""Queues: what is configured, watched and counted."""
