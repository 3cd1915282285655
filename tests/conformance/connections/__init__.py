"""The rules of endpoints and connections, and of what every socket has."""
