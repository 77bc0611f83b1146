"""Where what strangers upload is opened: a program of its own, which has nothing but two
descriptors to write to and one to read from.

`python -m rostra.darkroom` reads the upload from descriptor 0 and writes the picture (or
the sound) to descriptor 3, the preview to 4, and one line of JSON (answer.py) to standard output.
It looks at the first bytes to learn what it has, loads what opens such a thing, and then gives up
for good whatever else a process may do (confinement.py), before any library sees a byte. Who
starts it, and believes nothing that it says, is `web/darkroom.py`.
"""
