"""PURE: no clock, no network, no disk, no globals that change. Posts in, boards out.

Rooms and files, each of what stands before it: `basis` | `rules`; `text`; `posts`; `usual` | `mood`
| `terms`; `memory`; `withdrawal` | `detection` | `trust`; `names` | `voices`; `telling`; `taking` |
`series` | `explain`. They meet in `pipeline`.
"""
