"""The manager interface: typed events in, bounded actions out."""
