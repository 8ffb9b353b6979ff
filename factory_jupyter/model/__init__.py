"""Pure core: states, wire types, folds and derivations; no clock, no disk, no loop."""
