"""Products of weights of a byte, exact in int32."""
