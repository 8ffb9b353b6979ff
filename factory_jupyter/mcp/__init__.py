"""The tools that an agent may call, served as an MCP server beside the Jupyter server."""
