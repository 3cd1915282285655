"""Our sockets against plain ones that send and expect octets: the wire as it is, octet by octet."""
