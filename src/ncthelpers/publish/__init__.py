"""From a checked year to published pages: run the templates, write the pages around them, build the HTML."""
