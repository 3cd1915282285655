"""The command line: its arguments, its exit codes, and the tour of `zmq4 demo`."""
