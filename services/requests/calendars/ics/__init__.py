"""iCalendar (RFC 5545) in and out, in a process of its own: files are strangers', and the library is heavy."""
