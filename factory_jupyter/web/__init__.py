"""The only Tornado handlers: REST below ``factory/api``, and sockets. Everything is decoded once, at this edge."""
