"""The report of an evaluation: what it counts, and the page that shows it."""
