"""Change detection: random and special values, keys of every type, and the project that is killed while it follows a source."""
