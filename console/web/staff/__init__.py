"""The staff: what is on each desk, hand-overs, absences; and whose customer somebody is."""
