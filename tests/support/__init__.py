"""What tests of every floor share. Nothing here knows the application."""
