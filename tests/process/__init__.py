"""What a process does to its sockets: fork, signals, threads, garbage, and the end of it."""
