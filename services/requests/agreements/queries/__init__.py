"""Named reads of agreements, and the statements that say which dates a version covers."""
