"""What must hold: the data set as definitions. Nothing in here runs a check."""
