"""Callbacks that keep their place: their numbers, their states, whose turn it is, and the desk that calls."""
