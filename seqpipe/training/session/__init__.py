"""A training as a whole: what it starts from, its folder, and what it leaves."""
