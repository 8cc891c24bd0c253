"""House rules as programs, and generators. Nothing here is part of the product."""
