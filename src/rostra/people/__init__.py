"""Who people are: accounts, sign-in links, sessions, API tokens and signed invites."""
