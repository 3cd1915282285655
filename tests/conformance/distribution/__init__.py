"""Rules 1 to 7 and 37: who gets a message, and what becomes of it when its peer is lost."""
