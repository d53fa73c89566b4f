"""Releases over HTTP: what is published, as it is published."""
