"""Both faces from outside: what a program can see of sockets, messages and endpoints."""
