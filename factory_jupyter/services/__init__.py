"""What the product does; knows no transport, no SQL, no subprocess."""
