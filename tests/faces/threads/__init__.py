"""The threads face: calls that wait in the calling thread."""
