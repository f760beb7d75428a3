"""How good a pipeline is on records whose targets are known."""
