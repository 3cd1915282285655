"""Whole systems of machines in virtual time, with all that can go wrong between them."""
