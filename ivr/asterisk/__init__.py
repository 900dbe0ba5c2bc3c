"""The Asterisk instance: found or installed, rendered, started, stopped."""
