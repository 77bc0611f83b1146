"""The pages of moderation: for everybody who reports, for those concerned, for moderators."""
