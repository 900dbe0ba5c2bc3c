"""Every call as a story, told by the sources that saw it."""

from ivr.journal.journal import Journal, JournalStats

__all__ = ["Journal", "JournalStats"]
