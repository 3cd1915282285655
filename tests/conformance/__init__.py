"""The rules of ZeroMQ's sockets, held against both our ways and libzmq's where they differ.

``register.toml`` says which test holds which rule.
"""
