#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A difference of every kind is put into a log, and has to be found, and named: the table says how B is made
# of A, and what the report has to say. autrail is the one with sanitizers.
#
# shellcheck disable=SC2016 # for perl
set -eu

cd "$(dirname "$0")/../.."
. tests/compare/lib.sh
autrail=$build/san/autrail

# compare EXIT NAME PATTERN [OPTION...]: of $a and $b; each line of PATTERN is one that has to match, with !
# before it one that must not.
compare() {
	want=$1
	name=$2
	patterns=$3
	shift 3
	status=0
	"$autrail" compare "$@" "$a" "$b" >"$work/out" 2>&1 || status=$?
	bad=0
	if [ "$status" -ne "$want" ]; then
		echo "# exit $status, not $want"
		bad=1
	fi
	while IFS= read -r pattern; do
		case $pattern in
		'') ;;
		'!'*) if grep -q -e "${pattern#!}" "$work/out"; then echo "# there: $pattern"; bad=1; fi ;;
		*) grep -q -e "$pattern" "$work/out" || { echo "# not there: $pattern"; bad=1; } ;;
		esac
	done <<-END
		$(printf '%s\n' "$patterns" | sed 's/^[[:blank:]]*//')
	END
	ok "$bad" "$name"
}

# inject NAME PERL PATTERNS: PERL sees each line of autrail's log in $_ and puts out what it leaves there; $e
# is the number of its event, $type its type.
inject() {
	perl -e '
		my ($code, $last, $e) = (shift, "", 0);
		my $change = eval "sub { my (\$e, \$type, \$id) = \@_; $code }" or die $@;
		while (<STDIN>) {
			my ($type, $id) = /^(?:node=\S+ )?type=(\S+) msg=audit\(([0-9.:]+)\)/;
			$e++ if $id ne $last;
			$last = $id;
			$change->($e, $type, $id);
			print;
		}' "$2" <"$whole" >"$work/b"
	b=$work/b
	compare 1 "$1" "$3"
}

for way in raw enriched mixed; do
	a_enriched=
	b_enriched=--enriched
	case $way in
	raw) b_enriched= ;;
	enriched) a_enriched=--enriched ;;
	esac
	# shellcheck disable=SC2086 # none or one word
	tests/compare/mix.pl $a_enriched 2000 >"$work/a"
	# shellcheck disable=SC2086
	tests/compare/mix.pl --ours $b_enriched 2000 >"$work/whole"
	a=$work/a
	whole=$work/whole
	b=$whole
	compare 0 "$way: the same acts of auditd and autrail" '^EQUAL: 2,000 events in both logs, and none differs
		A .*a (auditd
		B .*whole (autrail'
	inject "$way: an event is missing" '$_ = "" if $e == 700' '^DIFFERENT.*1 event only in A
		ONLY IN A: 1 event$
		serials are missing in B at that time: lost, or cut out (2147484348 to 2147484348)
		!ONLY IN B'
	inject "$way: an event too many" \
		'$_ .= "type=USER_CMD msg=audit($1.500:2147490000): pid=7 uid=0 auid=1 ses=1 msg=\x27op=x res=success\x27\n"
			if $e == 700 && $type eq "USER_AUTH" | $type eq "PROCTITLE" and $id =~ /^(\d+)/' \
		'ONLY IN B: 1 event$
		1  no cause is found in the logs: USER_CMD
		op=x res=success
		for 1 of them no cause is found'
	inject "$way: an argument is altered" '$::once = s/a0="ls"/a0="lz"/ if !$::once && $type eq "EXECVE"' \
		'^DIFFERENT.*1 of them differs$
		1  EXECVE.aN
		A "ls"
		B "lz"
		!ONLY IN'
	inject "$way: an argument is gone" '$::once = s/ a1="-l"// if !$::once && $type eq "EXECVE"' \
		'1  EXECVE.aN
		B (none)'
	inject "$way: a long argument is altered at its end" '$::once = s/4242$/4243/ if !$::once && $type eq "EXECVE"' \
		'1  EXECVE.aN
		A \.\.\.[24]*42$
		B \.\.\.[24]*43$'
	inject "$way: a wrong uid" 's/ uid=0 / uid=1000 / if $e == 900' '^DIFFERENT.*1 of them differs$
		1  [A-Z_]*.uid
		A 0$
		B 1000$'
	inject "$way: another outcome" '$::once = s/exit=-2 /exit=-13 / if !$::once' \
		'1  SYSCALL.exit
		A -2 (ENOENT)
		B -13 (EACCES)'
	inject "$way: another pid" 's/ pid=(\d+)/ pid=4711/ if $type eq "SYSCALL" && /syscall=59 success=yes/ && !$::once++' \
		'1  SYSCALL.pid
		B 4711
		!ONLY IN'
	inject "$way: a record is missing" '$_ = "" if $type eq "CWD" && $e > 500 && !$::once++' \
		'1  EVENT.records
		A SYSCALL.* CWD PATH
		!ONLY IN'
	inject "$way: records in another order" 'if ($e > 500 && !$::done) {
			if ($type eq "CWD") { $::cwd = $_; $_ = "" }
			elsif ($::cwd) { $_ .= $::cwd; $::done = 1 } }' '1  EVENT.records'
	inject "$way: fields in another order" 's/ ouid=0 ogid=0/ ogid=0 ouid=0/ if $type eq "PATH" && !$::once++' '1  PATH.text'
	inject "$way: a field is missing" 's/ a3=8// if $type eq "SYSCALL" && !$::once++' '1  SYSCALL.a3
		A 8
		B (none)'
	inject "$way: a session with another number" 's/ses=(\d+) res=1/"ses=" . ($1 + 100) . " res=1"/e if $type eq "LOGIN" && !$::once++' \
		'LOGIN'
	inject "$way: a login that was inferred, a little later" 'if ($::e == $e || ($type eq "LOGIN" && !$::e)) {
			$::e = $e; $_ = "" if $type ne "LOGIN"
			; s/audit\((\d+)\.(\d+)/my $m = $1 * 1000 + $2 + 100; sprintf("audit(%d.%03d", $m \/ 1000, $m % 1000)/e }' \
		'^DIFFERENT, EXPLAINED: 2,000 events in both logs; 1 of them differs$
		1  EVENT.records: inferred from the first event of the session
		1  EVENT.time: inferred'
	inject "$way: a clock that is ahead by an hour" 's/audit\((\d+)/"audit(" . ($1 + 3600)/e' \
		'^DIFFERENT: 2,000 events in both logs; their clocks are apart$
		CLOCKS: B is 3600.000 s ahead of A
		!ONLY IN
		!FIELDS'
	inject "$way: a clock that is behind by 150 ms" \
		's/audit\((\d+)\.(\d+)/my $m = $1 * 1000 + $2 - 150; sprintf("audit(%d.%03d", $m \/ 1000, $m % 1000)/e' \
		'their clocks are apart
		CLOCKS: B is 0.150 s behind A
		!FIELDS'
	inject "$way: a clock that is set in between" 's/audit\((\d+)/"audit(" . ($1 + 86400)/e if $e > 1000' \
		'their clocks are apart
		CLOCKS: the same
		on B is 86400.000 s ahead of A
		!ONLY IN'
	inject "$way: one time is off" 's/audit\((\d+)\.(\d+)/my $m = $1 * 1000 + $2 + 300; sprintf("audit(%d.%03d", $m \/ 1000, $m % 1000)/e if $e == 900' \
		'1 of them differs
		1  EVENT.time'
	inject "$way: a loss that is reported" 'if ($e >= 600 && $e < 620) {
			$id =~ /^([0-9.]+)/; $::from ||= $1; $::to = $1; $_ = "" }
		elsif ($::to) {
			$_ = "type=DAEMON_ERR msg=audit($::to:2147490000): op=lost-events kind=exec cause=ring-full lost=20 "
				. "first=$::from last=$::to auid=4294967295 pid=1 res=failed\n$_"; $::to = "" }' \
		'^DIFFERENT, EXPLAINED: 1,980 events in both logs; 20 events only in A$
		B reports a loss at that time (20 lost, exec)
		it reports 20 lost events'
	inject "$way: a torn line" '$_ = substr($_, 0, 20) . "\n" if $type =~ /^USER_/ && $e > 500 && !$::once++' \
		'1 line of B that cannot be read
		B has a line at that time that cannot be read (line [0-9]*)
		LINES OF B that cannot be read: 1
		line [0-9]* is no audit record: type='
	inject "$way: a torn record of an exec" '$_ = substr($_, 0, 15) . "\n" if $type eq "SYSCALL" && /syscall=59 success=yes/ && $e > 500 && !$::once++' \
		'1  EVENT.records
		LINES OF B that cannot be read: 1
		!ONLY IN'
	inject "$way: it began later" '$_ = "" if $e <= 100' 'ONLY IN A: 100 events
		100  before B begins: execve
		^DIFFERENT, EXPLAINED'
	inject "$way: it ended early" '$_ = "" if $e > 1900' 'ONLY IN A: 100 events
		100  after B ends: execve
		^DIFFERENT, EXPLAINED'
	inject "$way: no failed execs" '$::skip = $e if $type eq "SYSCALL" && /syscall=59 success=no/; $_ = "" if $::skip == $e' \
		'serials are missing in B at that time: lost, or cut out ([0-9]* to [0-9]*): execve, failed'
	inject "$way: no failed execs, and never counted" \
		'if ($type eq "SYSCALL" && /syscall=59 success=no/) { $::skip = $e; $::gone++ }
		s/:(\d+)\)/":" . ($1 - $::gone) . ")"/e; $_ = "" if $::skip == $e' \
		'B has no event of this kind.*: execve, failed$
		^DIFFERENT, EXPLAINED'
	inject "$way: a file that ends in the middle of a line" 'substr($_, -30) = "" if eof STDIN' \
		'1 of them differs, 1 line of B that cannot be read
		is cut off: the file ends without a newline'
	inject "$way: the log of another machine" 's/pid=(\d+)/"pid=" . ($1 + 100000)/ge; s/argc=\d+/argc=99/; s{/home/ann|/$}{/x}; s/addr=/addr=9/; s/inode=/inode=9/; s/ses=(\d+) res/ses=7$1 res/; s/res=success.$/res=failed\x27/' \
		'^DIFFERENT
		ONLY IN A: 
		ONLY IN B: '
done

# merge LOG...: by time, as one file that two write into.
merge() {
	perl -e 'print map { $_->[1] } sort { $a->[0] cmp $b->[0] } map { /audit\(([0-9.]+)/; [$1, $_] } <>' "$@"
}

# Two hosts in one file.
tests/compare/mix.pl --node web1 500 >"$work/a"
tests/compare/mix.pl --ours --node web1 500 >"$work/one"
tests/compare/mix.pl --ours --node web2 --seed 9 500 >"$work/two"
merge "$work/one" "$work/two" >"$work/b"
a=$work/a
b=$work/b
compare 1 "two hosts in one file" 'ONLY IN B: 500 events
	of a host that A has nothing of (web2)
	several hosts: web1 web2
	^DIFFERENT, EXPLAINED: 500 events in both logs
	!ONLY IN A'
tests/compare/mix.pl 500 >"$work/a"
compare 1 "two hosts in one file, and a log without names" 'of a host that A has nothing of (web2)'
sed 's/^node=[a-z0-9]* //; s/:21474\(.....\)):/:5000\1):/' "$work/two" >"$work/two.plain"
merge "$work/a" "$work/two.plain" >"$work/b"
compare 1 "two sources in one file, without names" 'of a second source in the same file
	2 sources in one file'
finish
