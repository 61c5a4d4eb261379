"""Setting orders up, showing them, and the worker that carries them out."""
