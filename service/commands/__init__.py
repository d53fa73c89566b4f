"""What each command does. One command, one file, with a function `run`; imported only when the command is called."""
