"""Long work of the console: exports, imports, simulations; started, run in steps, read and downloaded."""
