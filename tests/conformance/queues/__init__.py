"""Rules 39 to 43: what a queue takes, and how long anybody waits for it."""
