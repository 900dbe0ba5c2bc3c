"""My work: what waits for whom, by role."""
