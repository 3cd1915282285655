"""Rules 8 to 14: REQ and REP."""
