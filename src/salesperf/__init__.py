"""Sales performance management."""
