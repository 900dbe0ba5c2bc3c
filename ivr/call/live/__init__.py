"""What goes on now: queues and agents as one snapshot and a stream of changes."""
