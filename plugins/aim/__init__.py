"""The AIM monitoring warehouse: provider extracts in, 22 published indicators out."""
