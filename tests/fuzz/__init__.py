"""Every reader given what no file should hold: the suite tries a few cases of each, ``make fuzz`` as many as ten minutes take."""
