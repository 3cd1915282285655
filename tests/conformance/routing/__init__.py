"""Rules 15 to 22: ROUTER, its peers and their names."""
