"""People's work on PostgreSQL: the ways that touch every query of it."""

from __future__ import annotations

from tests.unit.console.work.conftest import clock, console, later, month
from tests.unit.console.work.test_complaints import (
    test_deleting_the_recordings_blanks_where_the_answer_went_once_it_is_over,
    test_the_whole_way_from_registration_to_feedback,
)
from tests.unit.console.work.test_orders import (
    test_call_notes_are_added_and_seen_by_who_may_see_the_call,
    test_the_list_goes_on_where_the_page_before_ended,
)
from tests.unit.console.work.test_quality import (
    test_a_sample_is_drawn_and_worked_through,
    test_from_an_objection_over_a_blind_review_to_the_note,
    test_my_work_of_an_agent_and_of_a_lead,
)

__all__ = [
    "clock",
    "console",
    "later",
    "month",
    "test_a_sample_is_drawn_and_worked_through",
    "test_call_notes_are_added_and_seen_by_who_may_see_the_call",
    "test_deleting_the_recordings_blanks_where_the_answer_went_once_it_is_over",
    "test_from_an_objection_over_a_blind_review_to_the_note",
    "test_my_work_of_an_agent_and_of_a_lead",
    "test_the_list_goes_on_where_the_page_before_ended",
    "test_the_whole_way_from_registration_to_feedback",
]
