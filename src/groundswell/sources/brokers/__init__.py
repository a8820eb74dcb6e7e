"""Message brokers as sources and targets: Redis Streams, NATS JetStream, Kafka.

This room owns addresses of brokers, the reading of a stream from a place on, and the writing of
posts into one. A desk's place is its own cursor, which its snapshot holds; what a broker notes of a
group follows it and never leads. It refuses to know what is counted, and to decide what is pumped:
that is `engines/pumping.py`. Client libraries are imported when a broker is opened.
"""
