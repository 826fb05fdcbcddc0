"""Files of rows: CSV and JSON of any encoding and shape, read by position, with what is wrong said by line."""
