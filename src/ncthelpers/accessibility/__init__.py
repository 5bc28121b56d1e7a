"""Whether everybody can read the book: our own rules, axe and Lighthouse in Chromium, and the statement that says what was tested."""
