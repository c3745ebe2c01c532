"""Opening and saving files: dialogs, recent files, drops and the clipboard."""
