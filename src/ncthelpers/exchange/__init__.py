"""A year's data out to the office programs that people know, and back in again."""
