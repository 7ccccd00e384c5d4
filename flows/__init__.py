"""What agrees with what? The folders are the list of pairs."""
