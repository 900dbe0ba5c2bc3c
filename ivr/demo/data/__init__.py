"""A made-up call centre for trying the console at size: calls, sound, words, verdicts, people's work.

What is said comes from templates (``dialogues``); each talk was judged once by the real rulebooks
(``ivr.demo.data.build``), so that verdicts and words agree, and is then had again and again by other people on
other days (``ivr.demo.data.lay``). Everything follows from a seed.
"""
