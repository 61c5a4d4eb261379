"""What invitations follow, computed: the budget of requests, the standing of an invitation, links."""
