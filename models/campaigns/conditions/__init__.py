"""The conditions of audiences, found by being there: every module that holds `CONDITIONS`.

A condition is its model with its words here, and what it asks the database in a module of
`tasks.campaigns.audiences.kinds`. Nothing else names it.
"""
