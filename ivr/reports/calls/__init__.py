"""Calls found again: what is asked for (it fits into an address), which calls that are, and what their rows show.

::

    query      CallQuery: filters and order, to and from the address of a page
    narrowing  filters -> conditions, and which of them few calls fit
    find       a page of calls, how many there are, all of them for an export
    rows       what a row of the list shows
    snippets   where the words were said
"""

from ivr.reports.calls.find import MOST_PAGE, PAGE, Found, Page, count, every, neighbours, page, these
from ivr.reports.calls.query import OUTCOMES, RECORDINGS, CallQuery
from ivr.reports.calls.rows import CallRow
from ivr.reports.calls.rules import rule_titles
from ivr.reports.calls.snippets import Part, Snippet

__all__ = [
    "MOST_PAGE", "OUTCOMES", "PAGE", "RECORDINGS", "CallQuery", "CallRow", "Found", "Page", "Part", "Snippet", "count",
    "every", "neighbours", "page", "rule_titles", "these",
]  # fmt: skip
