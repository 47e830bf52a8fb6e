"""Campaigns (R13): made by hand, approved, launched, carried on wave by wave, and measured."""
