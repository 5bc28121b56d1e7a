"""What of the book goes into other forms: documents for committees, spreadsheets for auditors, open data for machines."""
