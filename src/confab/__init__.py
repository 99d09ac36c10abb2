"""Confab: the Instagram inbox for teams."""

__version__ = "0.1.0"
