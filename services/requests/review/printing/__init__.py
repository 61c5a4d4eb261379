"""A pack as a page or a PDF, made in a process of its own: the library is large, and the service never imports it."""
