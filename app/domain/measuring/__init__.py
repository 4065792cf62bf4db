"""What probes and feeds say, as numbers with a state: from one attempt to the whole at a glance."""
