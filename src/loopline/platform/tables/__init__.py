"""Views of the product's objects for SQL: slices offer them, the query desk reads them."""
