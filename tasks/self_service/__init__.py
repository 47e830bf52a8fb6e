"""What customers do by themselves: book, promise, answer, choose how they are contacted."""
