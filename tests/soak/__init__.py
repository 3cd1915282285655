"""Long and bounded load: what the quick tests do, as often as the figures ask for."""
