"""Matrix products in tiles, packed factors, rows of tables, convolution, pooling."""
