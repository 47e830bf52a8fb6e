"""Campaigns (R13): made, approved, launched, watched and measured."""
