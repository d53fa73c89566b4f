"""Speed and memory, measured as ratios in one run. `make bench` prints one table; nothing here is a test."""
