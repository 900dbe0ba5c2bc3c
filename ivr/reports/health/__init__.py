"""How an installation is: what it stands on, what runs, what waits, what does not agree."""
