"""What every room stands on: errors, problems, clock, ids, settings, logging, two languages."""
