"""The story's run, where notebook 00 looks for it; it is mathematics, and stands with it in `calclib.story`."""

from calclib.story import Reader, StoryRun, story_run

__all__ = ["Reader", "StoryRun", "story_run"]
