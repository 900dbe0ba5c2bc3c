"""Tables, in the order in which one call meets them.

All times are UTC; columns ending in ``_s`` are seconds. Text that callers supplied (numbers, names)
is data only: it names no file and enters no command.
"""

from __future__ import annotations

from ivr.storage.models.accounts import Account, ApiToken, LoginSession, OneTimeLink
from ivr.storage.models.agents import AgentState, CallOutcome
from ivr.storage.models.alerts import AlertRow
from ivr.storage.models.audit import Audit
from ivr.storage.models.backfills import Backfill
from ivr.storage.models.base import Base, UtcDateTime
from ivr.storage.models.callbacks import Callback
from ivr.storage.models.calls import Call, Continuation, Leg, QueueVisit, Ring, Step
from ivr.storage.models.features import CallFeatures, RecordingFeatures
from ivr.storage.models.hours import HoursSwitch
from ivr.storage.models.judged_by import JudgedBy
from ivr.storage.models.knowledge import Article, ArticleOpening, ArticleText, ArticleVersion
from ivr.storage.models.people import (
    Calibration,
    CalibrationCall,
    Dispute,
    Figure,
    Note,
    Review,
    ReviewItem,
    SpotCheck,
    SpotDraw,
)
from ivr.storage.models.quality import Job, Score, Transcript, Verdict
from ivr.storage.models.recordings import LegalHold, Pause, Recording
from ivr.storage.models.rollups import (
    ItemRollup,
    RollupDay,
    RollupItem,
    RollupMark,
    ScoreRollup,
    SurveyRollup,
    TrafficRollup,
)
from ivr.storage.models.search import CallFacts, RecordingTokens, SavedSearch
from ivr.storage.models.sources import Reconciliation, Reconstruction
from ivr.storage.models.surveys import SurveyAnswer
from ivr.storage.models.talks import AgentTalk
from ivr.storage.models.work import CallNote, Complaint, ComplaintStep, WorkOrder, WorkOrderStep

__all__ = [
    "Account",
    "AgentState",
    "AgentTalk",
    "AlertRow",
    "ApiToken",
    "Article",
    "ArticleOpening",
    "ArticleText",
    "ArticleVersion",
    "Audit",
    "Backfill",
    "Base",
    "Calibration",
    "CalibrationCall",
    "Call",
    "CallFacts",
    "CallFeatures",
    "CallNote",
    "CallOutcome",
    "Callback",
    "Complaint",
    "ComplaintStep",
    "Continuation",
    "Dispute",
    "Figure",
    "HoursSwitch",
    "ItemRollup",
    "Job",
    "JudgedBy",
    "Leg",
    "LegalHold",
    "LoginSession",
    "Note",
    "OneTimeLink",
    "Pause",
    "QueueVisit",
    "Reconciliation",
    "Reconstruction",
    "Recording",
    "RecordingFeatures",
    "RecordingTokens",
    "Review",
    "ReviewItem",
    "Ring",
    "RollupDay",
    "RollupItem",
    "RollupMark",
    "SavedSearch",
    "Score",
    "ScoreRollup",
    "SpotCheck",
    "SpotDraw",
    "Step",
    "SurveyAnswer",
    "SurveyRollup",
    "TrafficRollup",
    "Transcript",
    "UtcDateTime",
    "Verdict",
    "WorkOrder",
    "WorkOrderStep",
]
