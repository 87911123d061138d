#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 6.1 of Debian 12, on arm64.
exec "$(dirname "$0")/kernel.sh" arm64/bookworm-security
