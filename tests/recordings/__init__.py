"""Frames and the state that both folds must make of them."""
