"""What only a training needs: dropout and optimizers."""
