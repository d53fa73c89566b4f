"""How a submission is checked against a release: as set-based SQL, and as plain Python for the yardstick."""
