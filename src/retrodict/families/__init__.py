"""All that is known of each library's models, a folder a library."""
