"""The invented records of the invented trust, kind by kind."""
