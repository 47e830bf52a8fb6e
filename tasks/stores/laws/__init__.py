"""The law packs of the stores: who may not be contacted now, and what a store has chosen."""
