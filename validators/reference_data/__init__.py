"""Reference data: what official files say of places and organisations, loaded once, kept, and joined to submissions."""
