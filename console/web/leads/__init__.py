"""Leads: the board, the salesperson's day, one lead, and a new one."""
