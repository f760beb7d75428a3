"""Records through a pipeline: in batches, on threads, in order, into outputs that a later run can resume."""
