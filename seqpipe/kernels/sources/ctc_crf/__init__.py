"""CTC with a conditional random field over the last symbols: the loss and the best path."""
