"""The Mastodon client API (docs.joinmastodon.org), one file for each subject."""
