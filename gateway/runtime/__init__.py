"""Runs the ACD of each site: appends facts, decides them, folds what was decided."""
