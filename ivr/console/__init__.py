"""The console: pages for agents, supervisors, QA staff and admins, and the REST API under them.

``services`` is all that can be seen or done, each asking first who wants it; ``api`` and ``pages`` are two ways to
it. ``security`` says who somebody is and what he may. Nothing here holds SQL: rows come from ``ivr.storage``, read
models from ``ivr.reports``.
"""
