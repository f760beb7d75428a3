"""The linear-chain conditional random field: the loss and the best labelling."""
