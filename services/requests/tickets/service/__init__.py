"""What people and programs do with tickets."""
