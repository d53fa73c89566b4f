"""The meaning of the checks, row by row in plain Python: slow, obvious, and the yardstick for every engine."""
