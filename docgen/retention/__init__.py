"""Retention: which class a paper falls in, when its term began, until when it must be kept, and what holds it back."""
