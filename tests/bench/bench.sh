#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What it costs to record every exec: autrail, auditd and execsnoop in turn, each between two
# measurements of nothing, ROUNDS times; medians of the ratios. Then, per agent, the time inside the
# kernel (in rounds of its own, because that statistic costs, too) and a flood of FLOOD execs as
# fast as the CPUs make them. It reports, and fails only where autrail lost something.
#
#	ROUNDS EXECS CALLS FLOOD   how much (5, 4000, 2000000, 100000)
#	AGENTS                     which ("autrail no-failed auditd execsnoop" and those with rules; also
#	                           auditd-raw)
#
# rules-N is autrail with N audit rules of which none matches, rules-N-match with one more that does;
# auditd-rules-N is auditd with the rules of rules-N.
#
# A kernel whose audit was enabled once taxes every system call of every later task until it boots
# again, rules or not. So that "nothing" is not more and more from round to round, the rule
# "task,never" lifts that tax wherever auditd is not at work; it goes when the bench ends.
set -euo pipefail

rounds=${ROUNDS:-5}
execs=${EXECS:-4000}
calls=${CALLS:-2000000}
flood=${FLOOD:-100000}
with_rules="rules-0 rules-1 rules-16 rules-64 rules-1-match rules-64-match auditd-rules-64"
agents=${AGENTS:-autrail no-failed auditd execsnoop $with_rules}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
build=${BUILD:-$PWD/build}
autrail=${AUTRAIL:-$build/autrail}
storm=$build/tests/storm
stats=/proc/sys/kernel/bpf_stats_enabled
work=$build/bench
noop=$work/noop.$$ # its own copy: nobody else's execs are counted
results=$work/results

agent_pid=      # the agent at work, and below the kernel thread that works for it
helper_pid=
audit_state=    # "enabled backlog_limit" before the first auditd
had_stats=

die() {
	echo "bench: $*" >&2
	exit 1
}

# --- the agents: start_NAME leaves agent_pid, or returns 1 with a reason in $work/NAME.err --------

wait_for() { # SECONDS COMMAND...
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		((tries-- > 0)) || return 1
		kill -0 "$agent_pid" 2>/dev/null || return 1
		sleep 0.05
	done
}

start_trace() { # NAME OPTION...
	local name=$1
	shift
	"$autrail" trace -f enriched -o "$work/$name.log" "$@" 2>"$work/$name.err" </dev/null &
	agent_pid=$!
	wait_for 20 grep -q '^autrail: ready' "$work/$name.err"
}

# rules N [match]: so many audit rules, by all that most rules are made of; none is about the storm,
# but for the last one.
rules() {
	local i
	for ((i = 1; i <= $1; i++)); do
		case $((i % 4)) in
		0) echo "-a always,exit -F arch=b64 -S execve -F uid=$((40000 + i)) -k rule-$i" ;;
		1) echo "-a always,exit -F arch=b64 -S execve,execveat -F exe=/opt/tool-$i -k rule-$i" ;;
		2)
			echo "-a always,exit -F arch=b64 -S execve -F auid=$((40000 + i)) -F euid=0" \
				"-C uid!=euid -F success=1 -k rule-$i"
			;;
		3) echo "-a never,exit -F arch=b32 -S execve -F uid>=$((40000 + i))" ;;
		esac
	done
	[ "${2:-}" != match ] || echo "-a always,exit -F arch=b64 -S execve -F uid=0 -k match"
}

# Is what the storm does recorded?
matches() {
	case $1 in
	*-match) return 0 ;;
	*rules-*) return 1 ;;
	esac
}

start_rules() { # NAME
	local n=${1#rules-}
	rules "${n%-match}" "${n#*-}" >"$work/rules"
	start_trace "$1" -r "$work/rules"
}

start_auditd-rules() { # NAME
	start_audit "$1" ENRICHED || return
	exec_rule -d >/dev/null
	rules "${1#auditd-rules-}" >"$work/rules"
	auditctl -R "$work/rules" >/dev/null 2>&1
}

start_autrail() { start_trace autrail; }
start_no-failed() { start_trace no-failed --no-failed; }

audit_field() {
	auditctl -s | awk -v name="$1" '$1 == name { print $2 }'
}

exec_rule() { # -a or -d
	auditctl "$1" always,exit -F arch="$rule_arch" -S execve -S execveat -F key=atr-bench
}

# The rules while auditd works, and while it does not.
audit_execs() {
	auditctl -d task,never >/dev/null
	exec_rule -a >/dev/null
}

audit_nothing() {
	auditctl -D >/dev/null 2>&1
	auditctl -a task,never >/dev/null
}

auditd_is_up() { [ "$(audit_field pid)" = "$agent_pid" ]; }

start_audit() { # NAME FORMAT
	local name=$1 conf=$work/$1.conf
	rm -rf "$conf"
	mkdir -p "$conf/plugins.d"
	printf '%s = %s\n' log_file "$work/$name.log" log_format "$2" write_logs yes \
		local_events yes flush INCREMENTAL_ASYNC freq 50 max_log_file_action IGNORE \
		space_left 10 space_left_action IGNORE admin_space_left 5 \
		admin_space_left_action IGNORE disk_full_action IGNORE disk_error_action IGNORE \
		plugin_dir "$conf/plugins.d" q_depth 2000 >"$conf/auditd.conf"
	chmod -R go= "$conf"
	auditd -n -s enable -c "$conf" >"$work/$name.err" 2>&1 </dev/null &
	agent_pid=$!
	wait_for 10 auditd_is_up || return 1
	helper_pid=$(pgrep -x kauditd)
	auditctl -b 8192 >/dev/null
	audit_execs
}

start_auditd() { start_audit auditd ENRICHED; }
start_auditd-raw() { start_audit auditd-raw RAW; }

start_execsnoop() {
	# It needs tracefs, which small systems do not mount: one of its own changes nothing there.
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -c '[ -e /sys/kernel/tracing/events ] ||
		mount -t tracefs tracefs /sys/kernel/tracing; exec stdbuf -oL execsnoop' \
		>"$work/execsnoop.log" 2>"$work/execsnoop.err" </dev/null &
	agent_pid=$!
	# Its header comes after the programs are attached.
	wait_for 5 grep -q '^PCOMM' "$work/execsnoop.log"
}

# What keeps an agent from running at all: printed, or nothing.
obstacle() {
	case $1 in
	auditd*)
		if ! command -v auditd auditctl >/dev/null; then
			echo "auditd is not installed"
		elif ! audit_field enabled >/dev/null 2>&1; then
			echo "no access to the kernel's audit"
		elif [ "$(audit_field enabled)" = 2 ]; then
			echo "the audit rules are locked until the next boot"
		elif [ "$(audit_field pid)" != 0 ]; then
			echo "an audit daemon is running (pid $(audit_field pid))"
		elif ! auditctl -l | grep -q '^No rules'; then
			echo "this machine has audit rules of its own"
		fi
		;;
	execsnoop) command -v execsnoop >/dev/null || echo "execsnoop is not installed" ;;
	esac
}

stop_agent() {
	local status=0
	[ -n "$agent_pid" ] || return 0
	if [ -n "$helper_pid" ]; then
		audit_nothing || :
		# What is under way comes through before the daemon goes.
		sleep 0.3
	fi
	kill -TERM "$agent_pid" 2>/dev/null || :
	wait "$agent_pid" || status=$?
	[ -z "$helper_pid" ] || restore_audit
	agent_pid=
	helper_pid=
	return $status
}

restore_audit() {
	local enabled backlog
	read -r enabled backlog <<<"$audit_state"
	auditctl -b "$backlog" -e "$enabled" >/dev/null 2>&1 || :
}

cleanup() {
	trap - EXIT
	stop_agent || :
	rm -f "$noop"
	[ -z "$audit_state" ] || auditctl -d task,never >/dev/null 2>&1 || :
	[ -z "$had_stats" ] || echo "$had_stats" >"$stats"
}

# --- what is read about them ----------------------------------------------------------------------

# Nanoseconds on a CPU of the agent and of the kernel thread that works for it; where the kernel
# does not count them, clock ticks of 10 ms.
agent_cpu() {
	local pid
	for pid in $agent_pid $helper_pid; do
		if [ -r "/proc/$pid/schedstat" ]; then
			cat "/proc/$pid/task"/*/schedstat
		else
			awk '{ sub(/.*\) /, ""); print ($12 + $13) * 10000000 }' "/proc/$pid/stat"
		fi
	done | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

agent_memory() { # "RSS PEAK ANON" in kB
	awk '/^VmHWM/ { peak = $2 } /^VmRSS/ { rss = $2 } /^RssAnon/ { anon = $2 }
		END { print rss + 0, peak + 0, anon + 0 }' "/proc/$agent_pid/status"
}

# "NAME RUNS NANOSECONDS INSNS" of each BPF program that the agent holds.
agent_programs() {
	local info id name
	for info in "/proc/$agent_pid/fdinfo"/*; do
		grep -q '^prog_jited' "$info" 2>/dev/null || continue
		id=$(awk '$1 == "prog_id:" { print $2 }' "$info")
		name=$(bpftool prog show id "$id" | sed -n '1s/.* name \([^ ]*\) .*/\1/p')
		awk -v name="$name" '
			$1 == "run_cnt:" { runs = $2 }
			$1 == "run_time_ns:" { ns = $2 }
			$1 == "verified_insns:" { insns = $2 }
			END { print name, runs + 0, ns + 0, insns + 0 }' "$info"
	done | sort -u
}

# Execs of the storm's program in the log of a stopped agent.
recorded() {
	case $1 in
	execsnoop) grep -c "^${noop##*/} " "$work/$1.log" || : ;;
	*) grep -c "^type=SYSCALL .* success=yes .* exe=\"$noop\"" "$work/$1.log" || : ;;
	esac
}

# What the agent itself says it lost.
admitted() { # AGENT, and for auditd the kernel's counter before
	case $1 in
	auditd*) echo $(($(audit_field lost) - $2)) ;;
	execsnoop) awk '/^[Ll]ost/ { sum += $2 } END { print sum + 0 }' "$work/$1.err" ;;
	*) sed -n 's/^autrail: ledger: .*lost \([0-9]*\).*/\1/p' "$work/$1.err" ;;
	esac
}

# --- the measurements -----------------------------------------------------------------------------

# The mean of the execs, because an agent may put its work off and make some of them wait; the
# median of the system calls, which nobody makes wait.
measure_execs() { "$storm" exec "$execs" "$noop" | cut -d' ' -f1; }
measure_calls() { "$storm" getppid "$calls" | cut -d' ' -f3; }

measure_nothing() { # ROUND
	echo "nothing $1 $(measure_execs) $(measure_calls)" >>"$results"
}

# The function that starts an agent.
starter() {
	case $1 in
	rules-*) echo start_rules ;;
	auditd-rules-*) echo start_auditd-rules ;;
	*) echo "start_$1" ;;
	esac
}

is_ours() {
	case $1 in
	autrail | no-failed | rules-*) ;;
	*) return 1 ;;
	esac
}

start() {
	rm -f "$work/$1.log" "$work/$1.err"
	lost_before=0
	case $1 in auditd*) lost_before=$(audit_field lost) ;; esac
	"$(starter "$1")" "$1" && return
	stop_agent || :
	echo "bench: $1 did not start: $(head -n 3 "$work/$1.err" | tr '\n' ' ')" >&2
	! is_ours "$1" || exit 1
	return 1
}

# Stops the agent and appends "KIND AGENT EXECS RECORDED ADMITTED" to the results.
finish() { # KIND AGENT EXECS
	local status=0 execs=$3
	stop_agent || status=$?
	if is_ours "$2" && [ $status -ne 0 ]; then
		die "$2 ended with status $status"
	fi
	matches "$2" || execs=0
	echo "$1 $2 $execs $(recorded "$2") $(admitted "$2" "$lost_before")" >>"$results"
	rm -f "$work/$2.log"
}

measure_agent() { # AGENT ROUND
	local exec cpu
	start "$1" || return 0
	cpu=$(agent_cpu)
	exec=$(measure_execs)
	sleep 0.5
	cpu=$(($(agent_cpu) - cpu))
	echo "agent $1 $2 $exec $(measure_calls) $((cpu / execs)) $(agent_memory)" >>"$results"
	finish count "$1" "$execs"
}

measure_kernel() { # AGENT ROUND: the programs' own time
	start "$1" || return 0
	echo 1 >"$stats"
	"$storm" exec "$execs" "$noop" >/dev/null
	agent_programs | sed "s/^/program $2 $1 /" >>"$results"
	echo "$had_stats" >"$stats"
	finish count "$1" "$execs"
}

measure_flood() { # AGENT, or nothing
	local ns cpu=0
	[ "$1" = nothing ] || start "$1" || return 0
	[ "$1" = nothing ] || cpu=$(agent_cpu)
	ns=$("$storm" flood "$flood" "$(nproc)" "$noop")
	if [ "$1" = nothing ]; then
		echo "flood $1 $ns" >>"$results"
		return
	fi
	sleep 1
	echo "flood $1 $ns $((($(agent_cpu) - cpu) / flood)) $(agent_memory)" >>"$results"
	finish flooded "$1" "$flood"
}

# --- the report -----------------------------------------------------------------------------------

report() {
	awk -v flood="$flood" -v execs="$execs" -f tests/bench/report.awk "$results"
}

main() {
	local round agent reason able=()

	[ "$(id -u)" -eq 0 ] || die "not root: BPF programs and audit rules need it"
	[ -x "$storm" ] || die "no $storm: run it by 'make bench'"
	case $(uname -m) in x86_64 | aarch64) rule_arch=b64 ;; *) rule_arch=$(uname -m) ;; esac
	mkdir -p "$work"
	cp "$build/tests/noop" "$noop"
	: >"$results"
	had_stats=$(cat "$stats")
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM

	for agent in $agents; do
		declare -F "$(starter "$agent")" >/dev/null || die "no agent is called '$agent'"
		reason=$(obstacle "$agent")
		if [ -n "$reason" ]; then
			echo "bench: without $agent: $reason"
		else
			able+=("$agent")
		fi
	done
	case " ${able[*]} " in
	*" auditd"*)
		audit_state="$(audit_field enabled) $(audit_field backlog_limit)"
		auditctl -a task,never >/dev/null
		;;
	esac

	echo "bench: $(uname -r), $(nproc) CPUs; $rounds rounds of $execs execs; $flood at once"
	for ((round = 1; round <= rounds; round++)); do
		measure_nothing "$round"
		for agent in "${able[@]}"; do
			measure_agent "$agent" "$round"
			measure_nothing "$round"
		done
	done
	for ((round = 1; round <= (rounds > 1 ? rounds : 1); round++)); do
		for agent in "${able[@]}"; do
			measure_kernel "$agent" "$round"
		done
	done
	if ((flood > 0)); then
		for agent in nothing "${able[@]}"; do
			# With rules it says no more.
			case $agent in *rules-*) continue ;; esac
			measure_flood "$agent"
		done
	fi
	report
}

main "$@"
