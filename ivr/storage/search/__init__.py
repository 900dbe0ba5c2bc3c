"""Full-text search over what was said: one cutting into tokens for both databases, plain or by keyed hashes.

::

    tokens   text -> tokens, by script
    words    what somebody typed -> what is looked for, in each database's own words
    keyed    tokens -> hashes of them, where transcripts are sealed
    index    the index itself: written beside the tokens of each recording
    hooks    what keeps it, and the facts of calls, in step with the rows of a session
    fill     rows of before, a page a transaction
"""
