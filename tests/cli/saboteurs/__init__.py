"""Programs in which one process of a stop does something wrong."""
