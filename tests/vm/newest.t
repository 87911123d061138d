#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The newest kernel that there is a package of.
exec "$(dirname "$0")/kernel.sh" trixie-backports
