"""What a telecom admin edits, and the code that reads it."""
