"""The way through the steps of a recurrent layer, forwards and backwards, for any cell."""
