"""Our sockets against plain ones that send and expect octets: the wire, without an implementation."""
