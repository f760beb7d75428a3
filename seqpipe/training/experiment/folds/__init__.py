"""Cross-validation: as many trainings as folds, each measured on the records that it did not see."""
