"""How people reach PLUS-MDS: the command line and HTTP."""
