"""All that can be seen or done in the console, whichever way it is asked for."""
