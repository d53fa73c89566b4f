"""The published forms of a data set, one writer each: data set in, text out. Nothing here reads a clock or a path."""
