"""Excel in and out: the ready workbook, its reading with every error by cell, and the marked copy to correct."""
