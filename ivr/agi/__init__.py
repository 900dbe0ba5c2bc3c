"""FastAGI: the dialogue in which Asterisk asks the engine what to do."""
