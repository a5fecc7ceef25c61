"""What people look at afterwards."""

PAGE, PICTURE = "report.html", "report.png"
"""What a report is called in the folder of its run."""
