"""What came of a campaign: answers, measures, results, and the export."""
