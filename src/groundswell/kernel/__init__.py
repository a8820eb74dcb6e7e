"""PURE: no clock, no network, no disk, no globals that change. Posts in, boards out.

Rooms, each of what stands before it: `basis`, `text`, `posts`, `usual` | `mood`, `terms`, `memory`,
`detection` | `trust`, `names` | `voices`, `telling`; they meet in `pipeline`.
"""
