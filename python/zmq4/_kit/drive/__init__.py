"""Drivers: they run a machine over real sockets, and know no protocol."""
