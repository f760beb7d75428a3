"""The data of a training: records, what the network sees of them, and the batches of an epoch."""
