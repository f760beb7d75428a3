"""The section ``train`` of a pipeline file."""
