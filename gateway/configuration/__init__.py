"""What a site has decided about itself, as people write it down: checked, kept in versions, and told to the core."""
