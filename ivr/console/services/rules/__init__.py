"""Rulebooks, their tests, how sure they are, and trying phrases."""
