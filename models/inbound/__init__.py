"""What customers say by themselves: its words, its table, its deadlines, and how free text is read."""
