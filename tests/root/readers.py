#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# readers.py LOG: every field of every record, as libauparse's Python binding has it.
import sys
import auparse

parser = auparse.AuParser(auparse.AUSOURCE_FILE, sys.argv[1])
while parser.parse_next_event():
    stamp = parser.get_timestamp()
    print("event", stamp.sec, stamp.milli, parser.get_num_records())
    more = parser.first_record()
    while more:
        print(" ", parser.get_type_name(), parser.get_num_fields())
        while True:
            try:
                meaning = parser.interpret_field()
            except EnvironmentError:
                meaning = "(none)"
            print("   ", parser.get_field_name(), parser.get_field_str(), meaning.encode("unicode_escape"))
            if not parser.next_field():
                break
        more = parser.next_record()
