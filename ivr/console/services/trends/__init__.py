"""Trends: what the indicators, scores, items and surveys of a period come to."""
