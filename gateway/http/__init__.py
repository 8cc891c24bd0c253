"""HTTP: a table of routes, and what each answers. Decides nothing about contacts."""
