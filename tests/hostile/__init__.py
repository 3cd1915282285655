"""Peers that mean harm, against a process of its own whose memory, descriptors and CPU are watched."""
