"""``python -m ivr.app`` is the ``ivr`` command."""

from ivr.app import main

main()
