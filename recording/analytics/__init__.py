"""What can be measured in the sound of a call, and how far its recognition can be believed."""

from __future__ import annotations

from recording.analytics.features import CallFeatures, Overlap, PartyFeatures, rate_unit

__all__ = ["CallFeatures", "Overlap", "PartyFeatures", "rate_unit"]
