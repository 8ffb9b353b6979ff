"""The client itself, as coroutines; `objects` is the same with every call blocking."""
