"""Who signs in, and what they may do. Knows nothing of HTTP."""
