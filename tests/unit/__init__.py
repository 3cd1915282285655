"""The Python package, file for file."""
