"""What Asterisk wrote down by itself: channel events (CEL) and the log of its queues, read line by line."""

from ivr.journal.sources.cel import CelRow, read_cel
from ivr.journal.sources.queue_log import QueueRow, read_queue_log
from ivr.journal.sources.skipped import Skipped

__all__ = ["CelRow", "QueueRow", "Skipped", "read_cel", "read_queue_log"]
