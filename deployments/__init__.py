"""What runs where? Everything that is a process: command line, server, runner, web app."""
