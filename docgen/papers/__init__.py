"""The only place that opens foreign files: PDF, docx and images to text, boxes and pixels."""
