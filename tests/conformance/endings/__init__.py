"""Rules 55, 56 and 75: lingering, termination, fork."""
