"""What runs in a kernel: the Python client, the widgets and the magics."""
