"""The list of calls: searched, counted, taken out of the house; searches that are kept.

::

    listing   pages of calls, how many there are, what stands beside one in the list, what can be chosen from
    export    CSV and JSON, audited
    saved     filters under a name
"""
