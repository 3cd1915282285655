"""Faults to survive: what breaks between two honest peers, in them, or in the program around them."""
