"""What is sent for a page, from the recipe's templates, its parameters and a form on a page."""
