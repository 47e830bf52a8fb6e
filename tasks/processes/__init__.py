"""Processes without code: three files of data, checked, kept as versions, and said in both languages."""
