"""What `make up` runs: embedded PostgreSQL and NATS, the services, and the supervisor that keeps them alive."""
