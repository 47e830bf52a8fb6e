"""Figures for the console's first page and health page, for one store or all."""
