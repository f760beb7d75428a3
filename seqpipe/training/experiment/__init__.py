"""Several trainings in one folder, and what they say together: cross-validation, learning curves, searches."""
