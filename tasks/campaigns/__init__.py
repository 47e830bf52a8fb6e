"""Campaigns (R13): drafted, approved, launched, sent wave by wave, and measured."""
