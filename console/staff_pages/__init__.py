"""The pages behind links of staff: what a department acknowledges without signing in."""
