"""The outcome of a campaign: answers, measures, results and export."""
