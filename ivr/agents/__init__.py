"""Agents: who they are, where they are, what state they are in."""
