"""Rows of the knowledge base."""
