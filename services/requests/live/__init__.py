"""Live events: who looks at tickets hears at once, in whichever process, that something happened to them."""
