"""What policies mean: resources resolved into what each endpoint enforces, and the judge of one packet."""
