"""Every call as a story, told by the sources that saw it."""
