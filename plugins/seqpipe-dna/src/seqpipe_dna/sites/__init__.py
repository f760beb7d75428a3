"""Sites along sequences: windows on both strands, the sites among them, and the files that genome browsers read."""
