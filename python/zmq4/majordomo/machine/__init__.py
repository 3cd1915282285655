"""The machines of Majordomo, one a file, and their parts."""
