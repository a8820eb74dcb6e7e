"""Loops as machine code: numba compiles them once a machine; who runs them does not load it.

`loops` is the door: `@loop` before what Python calls, `@inlined` before what loops call. What is
compiled is kept (`store`) by what it was made of (`fingerprint`), and put into a process by its
object code alone (`linking`), which takes a tenth of a second and some 50 MB; numba itself takes
two seconds and 170 MB. Only `compiling`, in processes of its own (`building`), knows numba's types
and instructions.
"""
