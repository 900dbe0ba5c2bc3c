"""What becomes of recordings after the call: checked, mended, heard, exported, redacted, deleted."""
