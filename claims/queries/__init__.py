"""What the pages show: reading only, a fixed number of statements however many rows."""
