"""May this number leave the house, and when: release rounds, suppression, history, and who may read it."""
