"""A search for better values of a pipeline: many trainings, each with other values, of which bad ones end early."""
