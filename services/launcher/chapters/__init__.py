"""The product's own story in two chapters, told once and played on any stage: over weeks, or live in seconds."""
