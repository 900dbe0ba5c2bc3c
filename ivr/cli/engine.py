"""The engine that runs here, asked by the commands over its control socket."""

from __future__ import annotations

from ivr.call.control_client import ask, connected, no_engine

__all__ = ["ask", "connected", "no_engine"]
