"""Alerts: rules over the live state, and the webhook that is told of them."""
