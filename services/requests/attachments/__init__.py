"""Files on tickets: taken in piece by piece, kept in a folder or a bucket, given out as downloads and nothing else."""
