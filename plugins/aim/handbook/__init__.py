"""What providers are given to work with: the handbook as HTML pages, and workbooks to fill in."""
