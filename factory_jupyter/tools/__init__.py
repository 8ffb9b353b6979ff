"""The programs that the product drives: the only floor that starts processes."""
