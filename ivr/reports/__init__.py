"""Stories, indicators and reports for people."""
