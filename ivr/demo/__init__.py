"""The demo: real calls through the whole house."""
