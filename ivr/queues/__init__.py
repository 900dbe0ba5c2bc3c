"""Queues: what is configured, watched and counted."""

from ivr.queues.live import LiveQueue, LiveQueues, Member

__all__ = ["LiveQueue", "LiveQueues", "Member"]
