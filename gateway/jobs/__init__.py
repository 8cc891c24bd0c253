"""What is done now and then, beside the calls: deleting what is old, following who may do what."""
