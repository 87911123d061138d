# SPDX-License-Identifier: GPL-2.0-or-later
#
# The lines that bench.sh collected, as the tables it prints; exit status 1 where autrail lost one.

function median(list, n,    i, j, swap)
{
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
			swap = list[j]
			list[j] = list[j - 1]
			list[j - 1] = swap
		}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# Median of the values that add() took under this key.
function middle(key,    list, i)
{
	for (i = 1; i <= count[key]; i++)
		list[i] = value[key, i]
	return count[key] ? median(list, count[key]) : 0
}

function add(key, x)
{
	value[key, ++count[key]] = x
}

# An agent's figures wait for the measurement of nothing that follows them.
function pair(next_exec, next_getppid)
{
	if (waiting != "") {
		add(waiting " exec", waiting_exec * 2 / (before_exec + next_exec))
		add(waiting " getppid", waiting_getppid * 2 / (before_getppid + next_getppid))
	}
	waiting = ""
	before_exec = next_exec
	before_getppid = next_getppid
}

$1 == "nothing" {
	pair($3, $4)
	add("nothing exec", $3)
	add("nothing getppid", $4)
}

$1 == "agent" {
	if (!($2 in seen))
		agents[++nagents] = $2
	seen[$2] = 1
	waiting = $2
	waiting_exec = $4
	waiting_getppid = $5
	add($2 " cpu", $6 / 1000)
	add($2 " rss", $7 / 1024)
	add($2 " peak", $8 / 1024)
	add($2 " anon", $9 / 1024)
}

$1 == "count" {
	made[$2] += $3
	found[$2] += $4
	admitted[$2] += $5
}

$1 == "program" {
	round = $2
	key = $3 " " $4
	if (round > rounds)
		rounds = round
	if (!(key in runs))
		programs[++nprograms] = key
	runs[key] = $5
	insns[key] = $7
	add(key, $5 ? $6 / $5 : 0)
	total[$3, round] += $6
	if ($5 > execs / 2) {
		runs_all[$3, round] += $5
		if (!least_ns[round] || $6 / $5 < least_ns[round])
			least_ns[round] = $6 / $5
		if ($4 == "atr_fail" || $4 == "atr_return")
			empty_ns[$3, round] = $6 / $5
	}
	if ($5 > most[$3, round])
		most[$3, round] = $5
}

$1 == "flood" {
	flood_ns[$2] = $3
	flood_cpu[$2] = $4 / 1000
	flood_peak[$2] = $6 / 1024
	order[++nflood] = $2
}

$1 == "flooded" {
	flood_made[$2] = $3
	flood_found[$2] = $4
	flood_admitted[$2] = $5
}

function is_ours(name)
{
	return name == "autrail" || name == "no-failed" || name ~ /^rules-/
}

function judge(name, made, found, admitted)
{
	if (is_ours(name) && (found != made || admitted != 0)) {
		failures = failures "bench: FAILED: " name " recorded " found " of " made \
			" execs and counted " admitted " as lost\n"
	}
}

function title(name)
{
	if (name == "no-failed")
		return "autrail --no-failed"
	if (name ~ /^rules-.*-match$/)
		return "autrail, " substr(name, 7, length(name) - 12) " rules + 1"
	if (name ~ /^rules-/)
		return "autrail, " substr(name, 7) " rules"
	if (name ~ /^auditd-rules-/)
		return "auditd, " substr(name, 14) " rules"
	if (name == "autrail")
		return "autrail -f enriched"
	if (name == "auditd")
		return "auditd, enriched"
	if (name == "auditd-raw")
		return "auditd, raw"
	return name
}

# Per exec, and less what an empty program takes, which is the statistic itself and what is not in the cache: so much
# takes in all what is behind a call that succeeds, and only looks at that. Who has no such program: what takes least.
function sum_programs(    round, i, name, ns, empty)
{
	for (round = 1; round <= rounds; round++) {
		for (i = 1; i <= nagents; i++) {
			name = agents[i]
			if (!most[name, round])
				continue
			empty = empty_ns[name, round] ? empty_ns[name, round] : least_ns[round]
			ns = total[name, round]
			add(name " empty", empty)
			add(name " kernel", ns / most[name, round] / 1000)
			add(name " net", (ns - runs_all[name, round] * empty) / most[name, round] / 1000)
		}
	}
}

# What was measured, or that it was not.
function figure(key, format)
{
	return count[key] ? sprintf(format, middle(key)) : "-"
}

function print_costs(    i, name)
{
	printf "\n%-20s %9s %9s %9s %10s %8s %7s %6s %9s %7s %7s\n", "", "exec", "getppid",
		"agent CPU", "in kernel", "net", "empty", "lost", "RSS", "peak", "heap"
	printf "%-20s %6.1f us %6.1f ns %9s %10s %8s %7s %6s %9s %7s %7s\n", "nothing",
		middle("nothing exec") / 1000, middle("nothing getppid"), "per exec", "per exec",
		"", "", "", "MB", "MB", "MB"
	for (i = 1; i <= nagents; i++) {
		name = agents[i]
		printf "%-20s %8.3fx %8.3fx %6.1f us %10s %8s %7s %6d %9.1f %7.1f %7.1f\n", title(name),
			middle(name " exec"), middle(name " getppid"), middle(name " cpu"),
			figure(name " kernel", "%.2f us"), figure(name " net", "%.2f us"),
			figure(name " empty", "%.0f ns"),
			made[name] - found[name], middle(name " rss"), middle(name " peak"),
			middle(name " anon")
		judge(name, made[name], found[name], admitted[name])
	}
	if (nprograms)
		print "net: without, for each program that runs, what an empty one takes"
}

function print_programs(    i, key, width)
{
	if (!nprograms)
		return
	for (i = 1; i <= nprograms; i++)
		if (length(programs[i]) > width)
			width = length(programs[i])
	printf "\n%-*s %9s %9s %9s\n", width, "BPF program", "runs", "ns/run", "verified"
	for (i = 1; i <= nprograms; i++) {
		key = programs[i]
		printf "%-*s %9d %9.0f %9s\n", width, key, runs[key], middle(key),
			insns[key] ? insns[key] : "-"
	}
}

function print_flood(    i, name)
{
	if (!nflood)
		return
	printf "\n%-20s %9s %9s %9s %9s %8s %9s %10s\n", "flood of " flood, "seconds", "execs/s",
		"time", "agent CPU", "lost", "it says", "peak"
	for (i = 1; i <= nflood; i++) {
		name = order[i]
		printf "%-20s %9.1f %9.0f", title(name), flood_ns[name] / 1e9,
			flood / (flood_ns[name] / 1e9)
		if (name == "nothing") {
			print ""
			continue
		}
		printf " %8.3fx %6.1f us %8d %9d %7.1f MB\n",
			flood_ns[name] / flood_ns["nothing"], flood_cpu[name],
			flood_made[name] - flood_found[name], flood_admitted[name], flood_peak[name]
		judge(name, flood_made[name], flood_found[name], flood_admitted[name])
	}
}

END {
	sum_programs()
	print_costs()
	print_programs()
	print_flood()
	if (failures != "") {
		printf "\n%s", failures
		exit 1
	}
}
