"""The operations console in the browser: authentication, pages, and the parts that they share."""
