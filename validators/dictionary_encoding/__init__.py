"""Dictionary encoding of CSV files: every column as the numbers of its distinct values, read in a fraction of the time.

A condition on one column has then to be judged once for each distinct value, not once for each row, and by whatever
judges values: nothing here knows what they mean. What is no strict CSV, or where there is no compiled library, is read
in another way, with the same result.
"""
