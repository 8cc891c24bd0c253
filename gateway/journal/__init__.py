"""The record of each site: facts in order, and what was decided about them."""
