"""The review pack: what two managers bring to the review of what their departments agreed; as data, a page, a PDF."""
