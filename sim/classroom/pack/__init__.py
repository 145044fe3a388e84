"""A teaching pack from any scenario: briefings, confidential role sheets, score sheets, plans and the debrief."""
