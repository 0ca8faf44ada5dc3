"""Data and a template become bytes; the only place that imports docxtpl and WeasyPrint."""
