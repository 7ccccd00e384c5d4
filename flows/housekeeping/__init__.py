"""What must be done every day although nothing moves."""
