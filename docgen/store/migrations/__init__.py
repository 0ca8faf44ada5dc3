"""Database migrations; applied only by init, rebuild and upgrade."""
