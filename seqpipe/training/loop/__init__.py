"""The loop of a training: gradients, steps, epochs, and where it can be resumed."""
