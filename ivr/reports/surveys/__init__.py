"""What callers answered after the service (A8): how many were asked, how many answered, and what."""

from ivr.reports.surveys.figures import build, scales_of
from ivr.reports.surveys.load import load_asked
from ivr.reports.surveys.model import Asked, By, Group, Measure, SurveyReport

__all__ = ["Asked", "By", "Group", "Measure", "SurveyReport", "build", "load_asked", "scales_of"]
