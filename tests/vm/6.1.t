#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 6.1, of Debian 12: the last without sched_prepare_exec.
exec "$(dirname "$0")/kernel.sh" 6.1 bookworm-security fentry kprobe tracepoint uprobe
