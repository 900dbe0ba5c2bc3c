"""Quality of a period: per agent, team, item and day; the monthly evaluation sheet."""
