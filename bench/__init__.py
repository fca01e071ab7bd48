"""What the project's pages say in numbers: a folder a page, a module a section; run from the checkout's root."""
