"""Our sockets against libzmq's, which live in child processes."""
