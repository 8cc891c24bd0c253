"""Websites with the widget in them: ``python -m examples NAME``."""
