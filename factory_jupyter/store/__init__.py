"""The only SQL: typed tables, one writer thread, and one store class for each group of tables."""
