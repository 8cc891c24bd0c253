"""Days that did not happen: made-up or recorded contacts against the same core that serves real ones."""
