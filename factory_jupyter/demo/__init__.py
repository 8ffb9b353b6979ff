"""The scripted model, the sample project and the tour: a whole factory without an account."""
