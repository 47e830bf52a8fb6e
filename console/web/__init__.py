"""The operations console in the browser: sign-in, pages, and what they stand on."""
