"""What can be counted instead of timed: wake-ups, system calls, detachments, thread states."""
