"""The traffic of a period by queue, agent, hour, day or month; and the load that staffing needs."""
