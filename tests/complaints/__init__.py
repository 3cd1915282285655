"""What users of ZeroMQ in Python complain of, a file a complaint: few tests that it is so no more.

Source: the trackers of pyzmq (P) and libzmq (L), whose issues the files name.
"""
