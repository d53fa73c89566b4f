"""Copies of a report that may be handed on: nothing in them points to a person."""

from validators.copies.make import compared, shareable

__all__ = ["compared", "shareable"]
