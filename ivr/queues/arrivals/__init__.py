"""What is known of a caller when he comes to an agent (A7), and how the agent is told before the two are joined."""

from ivr.queues.arrivals.facts import Arrival, FactBook
from ivr.queues.arrivals.whisperer import Whisperer

__all__ = ["Arrival", "FactBook", "Whisperer"]
