"""Services shared by all widgets: the context, the engine bridge, the action registry, background tasks."""
