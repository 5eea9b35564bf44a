"""What is published, for those who read it: the data dictionary as pages, and the tables as files with a descriptor."""
