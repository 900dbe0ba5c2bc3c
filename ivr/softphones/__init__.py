"""Real SIP clients, driven for the demo and the tests."""
