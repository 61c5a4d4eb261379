"""The service's own copy of the departments: ids, codes, the tree and zones, never names."""
