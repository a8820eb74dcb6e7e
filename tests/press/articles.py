"""Invented articles, written for these tests: every name, outlet and word in them is made up."""

NIGHT = """Ansel Rook Brings The Lantern Awards To A Hush

Singer Ansel Rook silenced the hall at the 2026 Lantern Awards on March 17. He dedicated "Harbour Light," a single off his 2019 album Low Tide, to his late sister, Marguerite Rook. The performance came a few short weeks after her death.

Lyrics to the song "Harbour Light" read: "Leave the lamp on/ leave the door/ I can find the shore." The song talks about a "lantern that will not go out."

"I have never heard a room that quiet," host Petra Lindqvist said, according to Copper Weekly. "I could hear the piano breathe."

One person wrote on Bluesky, "I am not okay." Another Mastodon user wrote, "'This is for Marguerite' will stay with me."

The first song that Rook wrote for his sister was called "Paper Boats," which came out in 2011, according to The Harbour Gazette. Per the same outlet, Rook's "Second Tide" was released right before the siblings toured together in September 2013. When he sang it in Leeds in July 2014, he told the audience (via Evening Courier), "She taught me every chord I know."

Petra Lindqvist's mother was in tears. "It broke me," said a stagehand who asked not to be named. Rook's brother and Idris Rook's manager left early. "He was ready," Rook said.
"""

BRITISH = """Council backs harbour bridge

‘We can’t wait any longer,’ said Cllr Moira Blackwood, who chairs the committee. ‘The bridge is older than my mother.’

The engineer, Tomos Pryce, told the Harbour Gazette that the work would begin on 3 May and “shouldn’t take long”.

He added: “We’re ready.

“We have been ready since Tuesday.”
"""
