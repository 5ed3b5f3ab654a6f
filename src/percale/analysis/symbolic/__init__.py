"""All packets at once: what is allowed between any two ends, as sets, exactly as the judge would say of each packet."""
