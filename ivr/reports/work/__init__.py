"""What people's work begins with: which calls to listen to, how teams and agents stand."""
