"""The quality side: recordings, audio, transcription, rulebooks, compliance, scorecards."""
