"""Commands and events between the processes of Rostra: one contract, NATS, and a bus in memory."""
