"""A pack as a document: headings, sentences and tables of text, which a page and a PDF show alike."""
