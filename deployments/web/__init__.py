"""What do vendors reach? The web app: notifications in, flow runs out, and how it is doing."""
