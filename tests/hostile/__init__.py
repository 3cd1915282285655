"""Peers that mean harm, against a process of its own whose resources are watched."""
