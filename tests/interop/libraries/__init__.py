"""Our sockets against those of every library that has a program in `interop/peers`."""
