#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The oldest kernel that autrail is for.
exec "$(dirname "$0")/kernel.sh" bullseye-security
