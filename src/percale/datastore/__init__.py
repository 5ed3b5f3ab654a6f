"""Where resources live: one interface, one stream of events, several stores."""
