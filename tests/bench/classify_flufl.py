#!/usr/bin/python3
"""classify_flufl.py FOLDER... - every mail below them through flufl.bounce; prints how many addresses it found."""
import email
import os
import sys

from flufl.bounce import all_failures

found = 0
for top in sys.argv[1:]:
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith((".tsv", ".md")):
                continue
            with open(os.path.join(folder, name), "rb") as f:
                message = email.message_from_binary_file(f)
            try:
                temporary, permanent = all_failures(message)
            except Exception:  # odd mails it was not made for
                continue
            found += len(temporary) + len(permanent)
print(found)
