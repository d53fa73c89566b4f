"""Checks over HTTP: a file in the body, the report in the answer, nothing kept."""
