"""Learning curves: trainings on parts of the records, which tell whether more of them would help."""
