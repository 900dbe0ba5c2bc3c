"""What callers are told while they wait, where the engine tells them."""

from ivr.queues.announce.announcer import Announcer

__all__ = ["Announcer"]
