"""What two sides dispute: breaches and their reasons, intervals that one contests, times excluded afterwards."""
